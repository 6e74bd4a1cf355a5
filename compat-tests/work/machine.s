# A boot sector: adds up what it computes, a hundred times over to be seen at it, prints the sum on the serial port, and asks QEMU to end (isa-debug-exit).
.code16
.globl _start
_start:
  cli
  xorl %eax, %eax
  movw %ax, %ds
  movw $100, %si
again:
  xorl %eax, %eax
  movl $2000000, %ecx
  movl $1, %ebx
next:
  imull $1664525, %ebx, %ebx
  addl $1013904223, %ebx
  movl %ebx, %edx
  shrl $16, %edx
  addl %edx, %eax
  decl %ecx
  jnz next
  decw %si
  jnz again
  movw $8, %cx
digit:
  roll $4, %eax
  movl %eax, %ebx
  andw $15, %bx
  addb $'0', %bl
  cmpb $'9', %bl
  jbe print
  addb $39, %bl
print:
  pushl %eax
  movw $0x3f8, %dx
  movb %bl, %al
  outb %al, %dx
  popl %eax
  loop digit
  movw $0x3f8, %dx
  movb $10, %al
  outb %al, %dx
  movb $0x10, %al
  movw $0xf4, %dx
  outb %al, %dx
stop:
  hlt
  jmp stop
.org 510
.word 0xaa55
