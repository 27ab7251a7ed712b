# SPDX-License-Identifier: Apache-2.0
#
# Ratio against speed: gnuplot -e "data='FILE'; picture='FILE.svg'" study/benchmark/plot_speed.gp
# The data are those of codec_benchmark --plot: method|ratio|encode|decode, in Msample/s.
set terminal svg size 860,420 font "sans-serif,13" background "white"
set output picture
set datafile separator "|"
set multiplot layout 1,2
set logscale x
set grid xtics ytics lc rgb "#dddddd"
set xlabel "million samples per second, one core"
set xrange [1:2000]
set yrange [1:4]
set key off
real_time = 20
set arrow 1 from real_time, graph 0 to real_time, graph 1 nohead dt 2 lc rgb "#888888"
set label 1 "1024 channels\nin real time" at real_time * 0.9, 2.6 right tc rgb "#888888"
ours(name, value) = name[1:3] eq "nrc" ? value : NaN
# Neighbours in both pictures: one label above, one below.
below(name) = name eq "WavPack" || name eq "nrc Huffman" || name eq "FLAC of codes"
others(name, value) = name[1:3] eq "nrc" ? NaN : value
do for [column = 3:4] {
  set title column == 3 ? "encode" : "decode"
  if (column == 3) { set ylabel "ratio" } else { unset ylabel }
  plot data using column:(others(strcol(1), $2)) with points pt 7 ps 0.9 lc rgb "#666666", \
       data using column:(ours(strcol(1), $2)) with points pt 7 ps 1.3 lc rgb "#c03030", \
       data using (below(strcol(1)) ? NaN : column(column)):2:1 with labels offset 0,0.9 font ",11", \
       data using (below(strcol(1)) ? column(column) : NaN):2:1 with labels offset 0,-0.9 font ",11"
}
unset multiplot
