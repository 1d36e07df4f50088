"""What it costs: figures measured on this machine, as ratios within one run where that is possible."""
