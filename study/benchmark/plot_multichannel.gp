# SPDX-License-Identifier: Apache-2.0
#
# Speed next to WavPack's fastest mode:
#   gnuplot -e "data='FILE'; picture='FILE.svg'" study/benchmark/plot_multichannel.gp
# The data are those of multichannel_benchmark --plot: method|encode|decode, as multiples.
set terminal svg size 860,420 font "sans-serif,13" background "white"
set output picture
set datafile separator "|"
set logscale y
set grid ytics lc rgb "#dddddd"
set ylabel "speed, as a multiple of WavPack -f"
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.8 border -1
set xtics rotate by -30
set key top right
set arrow from graph 0, first 1 to graph 1, first 1 nohead dt 2 lc rgb "#888888"
plot data using 2:xtic(1) title "encode" lc rgb "#c03030", \
     data using 3 title "decode" lc rgb "#666666"
