# Prints a checksum per kind of work. No modules: the same on a minimal perl.
use strict;
use warnings;
$| = 1;

my $seed = 12345;
sub next_random { $seed = ($seed * 16807) % 2147483647; return $seed % $_[0] }
sub checksum { return unpack('%32C*', join "\0", @_) . '/' . length join '', @_ }

# Hashes of arrays of hashes, half of them deleted again.
my %people;
for my $i (1 .. 60000) {
    my $name = 'person' . next_random(20000);
    push @{ $people{$name}{visits} }, { day => $i, where => 'place' . $i % 97 };
    $people{$name}{last} = $i;
}
delete @people{ grep { $people{$_}{last} % 2 } keys %people };
print 'hashes ', checksum(map { $_, scalar @{ $people{$_}{visits} }, $people{$_}{last} } sort keys %people), "\n";

# Strings that grow a byte at a time, in parallel, to a few hundred KiB.
my @strings = ('') x 50;
for my $i (1 .. 400000) { $strings[ $i % 50 ] .= chr(97 + $i % 26) x ($i % 3 + 1) }
substr($strings[$_], $_ * 10, 100) = 'x' x ($_ * 7) for 0 .. 49;
print 'strings ', checksum(@strings), "\n";

# Sorts with a key computed per comparison, and arrays spliced in the middle.
my @numbers = map { next_random(1000000) } 1 .. 80000;
my @sorted = sort { length "$a" <=> length "$b" or $b <=> $a } @numbers;
splice @sorted, next_random(70000), 20, map { "inserted$_" } 1 .. 30 for 1 .. 300;
print 'sorts ', checksum(@sorted), "\n";

# Regular expressions: captures, global matches, substitutions with code.
my $text = join ' ', map { "key$_=" . next_random(10000) . ($_ % 5 ? ';' : ",\n") } 1 .. 40000;
my %found;
while ($text =~ /(?<key>key(\d+))=(?<value>\d{2,})[;,]/g) { $found{ $+{key} } = $+{value} * $2 }
(my $changed = $text) =~ s/(\d+)(;)/sprintf '%x%s', $1 * 3, $2 x 2/ge;
print 'expressions ', checksum(map { "$_$found{$_}" } sort keys %found), ' ', checksum($changed), "\n";

# Closures, deep recursion, evaluated code.
my @closures = map { my $n = $_; sub { return $n * $_[0] } } 1 .. 5000;
my $depth; $depth = sub { my @frame = (@_) x 3; return $_[0] ? 1 + $depth->($_[0] - 1) : 0 };
no warnings 'recursion';
my $evaluated = 0;
$evaluated += eval "my \@list = (1 .. $_); sub made$_ { scalar reverse \$_[0] } made$_(\"$_\") + \@list" for 1 .. 1500;
print 'code ', checksum(map { $_->(3) } @closures), ' ', $depth->(20000), " $evaluated\n";

# Children that change their copy of all of it and answer through a pipe.
for my $child (1 .. 6) {
    my $pid = open my $pipe, '-|';
    die "fork: $!" if !defined $pid;
    if (!$pid) {
        delete @people{ (sort keys %people)[0 .. 500 * $child] };
        $_ .= $child for @strings;
        print checksum(sort keys %people), ' ', checksum(@strings), "\n";
        exit 0;
    }
    print "child $child ", <$pipe>;
    close $pipe or die "child: $?";
}
open my $from, '<', '/proc/self/maps' or die "maps: $!";
open my $to, '>', 'maps' or die "maps: $!";
print {$to} <$from>;
close $to or die "maps: $!";
print "end\n";
