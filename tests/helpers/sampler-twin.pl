#!/usr/bin/perl
# Recomputes a step that the page exported (JSON, its path the argument) and prints each stage and the draw.
# Beside the token's way: the third language that must find the same numbers; small and slow.
# Must not know the other two: written from the papers, in doubles, rounding to floats only what is compared.
use strict;
use warnings;
use JSON::PP;
use List::Util qw(max min sum0);

my ($path) = @ARGV;
open my $file, '<:raw', $path or die "$path: $!\n";
my $step = JSON::PP->new->decode(do { local $/; <$file> });
my @text = @{ $step->{before} };
my $infinity = 9**9**9;

sub float { unpack 'f', pack 'f', $_[0] }

# ---- Philox 4x32-10 ----

sub uniform {
    my ($stream) = @_;
    my ($seed, $position) = (0 + $step->{settings}{seed}, $step->{position});
    my @x = ($position & 0xffffffff, $position >> 32, 1, $stream);
    my @key = ($seed & 0xffffffff, $seed >> 32);
    for (1 .. 10) {
        my ($p, $q) = (0xd2511f53 * $x[0], 0xcd9e8d57 * $x[2]);
        @x = (($q >> 32) ^ $x[1] ^ $key[0], $q & 0xffffffff, ($p >> 32) ^ $x[3] ^ $key[1], $p & 0xffffffff);
        @key = (($key[0] + 0x9e3779b9) & 0xffffffff, ($key[1] + 0xbb67ae85) & 0xffffffff);
    }
    return (($x[0] << 32 | $x[1]) >> 11) / 2**53;
}

# ---- rows: ids in rank order, their logits before the temperature, the temperature ----

sub row {
    my ($ids, $base, $t, $limit) = @_;
    my @x = map { ($_ - $base->[0]) / $t } @$base;
    my @w = map { exp } @x;
    my $sum = sum0 @w;
    my @exact = map { $_ / $sum } @w;
    my @surprise = map { log($sum) - $_ } @x;
    my $entropy = sum0 map { $exact[$_] > 0 ? $exact[$_] * $surprise[$_] : 0 } 0 .. $#x;
    return { ids => $ids, base => $base, t => $t, limit => $limit || 0, exact => \@exact, p => [ map { float $_ } @exact ],
        surprise => \@surprise, entropy => max(0, $entropy) };
}

sub keep {
    my ($row, $limit, @places) = @_;
    return row([ @{ $row->{ids} }[@places] ], [ @{ $row->{base} }[@places] ], $row->{t}, $limit);
}

sub ranked {
    my ($ids, $base) = @_;
    my @order = sort { $base->[$b] <=> $base->[$a] || $ids->[$a] <=> $ids->[$b] } 0 .. $#$ids;
    return row([ @$ids[@order] ], [ @$base[@order] ], 1);
}

sub rewrite {
    my ($row, $new) = @_;
    my @base = map { float $_ / $row->{t} } @{ $row->{base} };
    my $most = 3.4028234663852886e38;
    my @new = map {
        $base[$_] == -$infinity ? -$infinity : float max(-$most, min($most, $new->($row->{ids}[$_], $base[$_])))
    } 0 .. $#base;
    return ranked($row->{ids}, \@new);
}

sub likely {
    my ($row, $least) = @_;
    return keep($row, $least, grep { $_ == 0 || $row->{p}[$_] >= $least } 0 .. $#{ $row->{p} });
}

sub window {
    my ($n) = @_;
    return $n > 0 && $n < @text ? @text[-$n .. -1] : @text;
}

# ---- stages ----

my %stages = (
    'penalties' => sub {
        my ($row, $s) = @_;
        my %count;
        $count{$_}++ for window($s->{window});
        return rewrite($row, sub {
            my ($id, $logit) = @_;
            my $n = $count{$id} or return $logit;
            $logit = $logit > 0 ? $logit / $s->{repetition} : $logit * $s->{repetition};
            return $logit - ($n * $s->{frequency} + $s->{presence});
        });
    },
    'bias' => sub {
        my ($row, $s) = @_;
        return rewrite($row, sub { my ($id, $logit) = @_; $logit + sum0 map { $_->[0] == $id ? $_->[1] : 0 } @{ $s->{biases} } });
    },
    'dry' => sub {
        my ($row, $s) = @_;
        my @t = window($s->{window});
        my $breaks = sub { pack('H*', substr $step->{tokens}[ $_[0] ], 2) =~ /[\n:"*]/ };
        my %longest;
        for my $end (0 .. $#t - 1) {
            my $n = 0;
            $n++ while $n <= $end && $t[ $end - $n ] == $t[ -1 - $n ] && !$breaks->($t[ -1 - $n ]);
            $longest{ $t[ $end + 1 ] } = max($n, $longest{ $t[ $end + 1 ] } // 0);
        }
        return rewrite($row, sub {
            my ($id, $logit) = @_;
            my $n = $longest{$id};
            return $logit if !defined $n || $n < $s->{allowedLength} || $breaks->($id);
            return $logit - $s->{multiplier} * $s->{base}**($n - $s->{allowedLength});
        });
    },
    'top-n-sigma' => sub {
        my ($row, $s) = @_;
        my @x = map { $_ / $row->{t} } @{ $row->{base} };
        my @finite = grep { $_ > -$infinity } @x;
        my $mean = sum0(@finite) / @finite;
        my $sigma = sqrt(sum0(map { ($_ - $mean)**2 } @finite) / @finite);
        my $least = $x[0] - $s->{value} * $sigma;
        return keep($row, $least, grep { $x[$_] >= $least && $x[$_] > -$infinity } 0 .. $#x);
    },
    'temperature' => sub {
        my ($row, $s) = @_;
        my $t = $row->{t} * $s->{value};
        return $t > 0 ? row($row->{ids}, $row->{base}, $t) : keep($row, 0, 0);
    },
    'top-k' => sub { my ($row, $s) = @_; keep($row, $s->{value}, 0 .. min($s->{value}, 0 + @{ $row->{ids} }) - 1) },
    'typical' => sub {
        my ($row, $s) = @_;
        my @deviation = map { abs($_ - $row->{entropy}) } @{ $row->{surprise} };
        my ($mass, $greatest) = (0, 0);
        for my $i (sort { $deviation[$a] <=> $deviation[$b] || $a <=> $b } 0 .. $#deviation) {
            last if $mass >= float($s->{value}) && $deviation[$i] > $greatest;
            $greatest = $deviation[$i];
            $mass += $row->{p}[$i];
        }
        return keep($row, $greatest, grep { $deviation[$_] <= $greatest } 0 .. $#deviation);
    },
    'top-p' => sub {
        my ($row, $s) = @_;
        my ($p, $mass, $n) = (float($s->{value}), 0, 0);
        do { $mass += $row->{p}[ $n++ ] } while $n < @{ $row->{p} } && $mass < $p;
        return keep($row, $p, 0 .. $n - 1);
    },
    'min-p' => sub { my ($row, $s) = @_; likely($row, float($s->{value}) * $row->{p}[0]) },
    'epsilon' => sub { my ($row, $s) = @_; likely($row, min(float($s->{value}), $row->{p}[0])) },
    'eta' => sub {
        my ($row, $s) = @_;
        my $e = float($s->{value});
        return likely($row, min($e, sqrt($e) * exp(-$row->{entropy}), $row->{p}[0]));
    },
    'xtc' => sub {
        my ($row, $s) = @_;
        my $u = uniform(1);
        my $reach = grep { $_ >= float($s->{threshold}) && $_ > 0 } @{ $row->{p} };
        my $from = $u < $s->{probability} && $reach > 1 ? $reach - 1 : 0;
        return keep($row, $u, $from .. $#{ $row->{p} });
    },
    # mu comes from the steps before.
    'mirostat' => sub { my ($row, $s) = @_; my $cut = likely($row, max(2**-$s->{limit}, 2**-149)); $cut->{limit} = $s->{limit}; $cut },
);
my %off = (
    'penalties' => { repetition => 1, frequency => 0, presence => 0 },
    'dry' => { multiplier => 0 }, 'xtc' => { probability => 0 }, 'mirostat' => { tau => 0 },
    (map { $_ => { value => 1 } } 'temperature', 'typical', 'top-p'),
    (map { $_ => { value => 0 } } 'top-n-sigma', 'top-k', 'min-p', 'epsilon', 'eta'),
);

sub is_off {
    my ($s) = @_;
    my $off = $off{ $s->{name} } or return 0;
    return !grep { $s->{$_} != $off->{$_} } keys %$off;
}

# ---- output: a line a stage, then the draw ----

sub show {
    my ($row, $mass) = @_;
    my $number = sub { join ',', map { sprintf '%.17g', $_ } @_ };
    print join(' ', scalar @{ $row->{ids} }, $number->($mass), $number->($row->{entropy} / log 2), $number->($row->{limit}),
        join(',', @{ $row->{ids} }), $number->(@{ $row->{p} })), "\n";
}

my @logits = map { float $_ } @{ $step->{logits} };
my $row = ranked([ 0 .. $#logits ], \@logits);
show($row, 1);
for my $s (@{ $step->{stages} }[ 1 .. $#{ $step->{stages} } ]) {
    my %mass;
    @mass{ @{ $row->{ids} } } = @{ $row->{exact} };
    $row = is_off($s) ? keep($row, 0, 0 .. $#{ $row->{ids} }) : $stages{ $s->{name} }->($row, $s);
    show($row, sum0 @mass{ @{ $row->{ids} } });
}
my $u = uniform(0);
my ($mass, $token) = (0, $row->{ids}[0]);
for my $i (0 .. $#{ $row->{ids} }) {
    next if $row->{p}[$i] == 0;
    $token = $row->{ids}[$i];
    last if ($mass += $row->{p}[$i]) > $u;
}
printf "%.17g %d\n", $u, $token;
