<?php
// Prints a checksum per kind of work of PHP's: its own memory manager is malloc's customer (whole chunks, big blocks),
// its extensions ask malloc themselves, and were loaded with RTLD_DEEPBIND.
function checksum($data) { return substr(hash('sha256', is_string($data) ? $data : serialize($data)), 0, 16); }

mt_srand(42);
$people = [];
for ($i = 0; $i < 100000; $i++) $people['person' . mt_rand(0, 9000)][] = ['day' => $i, 'where' => 'place' . $i % 97];
ksort($people);
echo 'arrays ', checksum($people), "\n";

$text = implode(';', array_map(fn($i) => "key$i=" . mt_rand(0, 9999), range(1, 50000)));
$changed = preg_replace_callback('/(\d+);/', fn($found) => dechex($found[1]) . ';;', $text);
echo 'expressions ', checksum($changed), "\n";

$document = new DOMDocument();
$top = $document->appendChild($document->createElement('top'));
for ($i = 0; $i < 20000; $i++) $top->appendChild($document->createElement('one', "value $i"))->setAttribute('n', $i);
$back = new DOMDocument();
$back->loadXML($document->saveXML());
echo 'xml ', checksum($back->saveXML()), ' ', (new DOMXPath($back))->query('//one[@n mod 7 = 0]')->length, "\n";

$database = new SQLite3(':memory:');
$database->exec('CREATE TABLE t (a INTEGER, b TEXT)');
$insert = $database->prepare('INSERT INTO t VALUES (?, ?)');
for ($i = 0; $i < 20000; $i++) {
  $insert->bindValue(1, $i);
  $insert->bindValue(2, str_repeat(chr(97 + $i % 26), $i % 300));
  $insert->execute();
}
echo 'sqlite ', checksum($database->querySingle('SELECT group_concat(b, "") FROM (SELECT b FROM t ORDER BY b, a)')), "\n";
echo 'json ', checksum(json_encode(json_decode(json_encode($people)))), "\n";
echo 'opcache ', function_exists('opcache_get_status') && opcache_get_status() ? 'on' : 'off', "\n";
usleep((int)($_GET['wait'] ?? 1) * 1000000);
echo "end\n";
