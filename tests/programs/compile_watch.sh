# compile_watch.sh COMMAND...: run it, and keep its mappings as they were shortly before it ended.
"$@" &
compiler=$!
while grep -q 'cc1plus$' /proc/$compiler/maps && cat /proc/$compiler/maps >maps.now || kill -0 $compiler; do
  [ -s maps.now ] && grep -q 'cc1plus$' maps.now && mv maps.now maps
  sleep 0.2
done 2>/dev/null
wait $compiler
