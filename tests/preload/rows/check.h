/* For the row programs: check(CONDITION) ends the program with the line that failed, without
 * stdio's buffers and thus without the allocator. */
#pragma once

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline void check_failed(const char* text) {
  (void)!write(2, text, strlen(text));
  _exit(1);
}

#define CHECK_TEXT(number) #number
#define CHECK_LINE(number) CHECK_TEXT(number)
#define check(condition) \
  ((condition) ? (void)0 : check_failed(__FILE__ ":" CHECK_LINE(__LINE__) ": " #condition "\n"))
