# What rt.pl asks of RT's library (RT::Tickets, RT::Ticket, RT::Transaction), with three tickets' worth of answers.
package RT;
use strict;
use warnings;
sub import { }
sub SystemUser { return 'RT_System' }
$INC{'RT.pm'} = __FILE__;

package RT::List;
sub Next { return shift @{ $_[0]{rows} } }

package RT::Tickets;
our @ISA = ('RT::List');
sub new { return bless { rows => [ RT::Ticket->new(7), RT::Ticket->new(8) ] }, shift }
sub FromSQL { die "not asked for the queue" unless $_[1] eq 'Queue = "support"'; return }

package RT::Ticket;
sub new { my ( $class, $id ) = @_; return bless { id => $id }, $class }
sub id { return $_[0]{id} }

sub Transactions {
    my $n      = $_[0]{id};
    my $asked  = "From: maria\@shop.example\nTo: help\@acme.example\nSubject: Question $n\nMessage-ID: <q$n\@shop.example>\n\nHow do I export $n?\nFrom where?\n";
    my $answer = "From: anna\@acme.example\nTo: maria\@shop.example\nSubject: Re: Question $n\nMessage-ID: <rt-$n\@acme.example>\n\nBy the menu, $n.\n";
    my $again  = "From: maria\@shop.example\nTo: help\@acme.example\nSubject: Re: Question $n\nReferences: <sent-by-rt-$n\@acme.example>\n\nThank you, $n.\n";
    return bless { rows => [
        RT::Transaction->new( 10 * $n,     'Create',     $asked ),
        RT::Transaction->new( 10 * $n + 1, 'Status',     'none' ),
        RT::Transaction->new( 10 * $n + 2, 'Correspond', $answer ),
        RT::Transaction->new( 10 * $n + 3, 'Correspond', $again ),
    ] }, 'RT::List';
}

package RT::Transaction;
sub new { my ( $class, $id, $type, $raw ) = @_; return bless { id => $id, type => $type, raw => $raw }, $class }
sub id            { return $_[0]{id} }
sub Type          { return $_[0]{type} }
sub ContentAsMIME { return bless { raw => $_[0]{raw} }, 'RT::Entity' }
sub CreatedObj    { return bless { at  => 1_700_000_000 + $_[0]{id} }, 'RT::Date' }

package RT::Entity;
sub bodyhandle { return $_[0] }
sub as_string  { return $_[0]{raw} }

package RT::Date;
sub Unix { return $_[0]{at} }

1;
