# SPDX-License-Identifier: Apache-2.0
#
# What links make of recordings: gnuplot -e "data='FILE'; picture='FILE.svg'" sim/plot_link.gp
# The data are those of sim/link.py: the rate, then dropped, lossless, step, kept, all kept, added and snr of the
# encoder with rate control, and the same of the one without.
set terminal svg size 860,380 font "sans-serif,13" background "white"
set output picture
set multiplot layout 1,2
set grid xtics ytics lc rgb "#dddddd"
set key bottom right
set xlabel "link, Mbit/s"
set yrange [0:102]
set xrange [38:102]
set title "packets"
set ylabel "% of all"
plot data using 1:(100-$2) with linespoints pt 7 lc rgb "#c03030" title "rate control: sent", \
     data using 1:3 with linespoints pt 6 dt 2 lc rgb "#c03030" title "rate control: lossless", \
     data using 1:(100-$9) with linespoints pt 5 lc rgb "#666666" title "without: sent, all lossless"
set title "spikes that are found again"
set ylabel "% of the recording's"
plot data using 1:5 with linespoints pt 7 lc rgb "#c03030" title "rate control", \
     data using 1:12 with linespoints pt 5 lc rgb "#666666" title "without"
unset multiplot
