// The input of the job node_json.sh.
const { createHash } = require('crypto');
const { gzipSync, gunzipSync } = require('zlib');

const hash = createHash('sha256');
for (let round = 0; round < 6; round++) {
  const records = [];
  for (let i = 0; i < 20000; i++) {
    records.push({ id: i, name: `name ${(i * 7919) % 10007}`, tags: [i % 7, i % 11, i % 13], score: i / (round + 1) });
  }
  const text = JSON.stringify(records);
  const back = JSON.parse(gunzipSync(gzipSync(text, { level: 1 })).toString());
  back.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id));
  const pieces = [];
  for (const record of back) pieces.push(Buffer.from(JSON.stringify(record)));
  for (let i = 0; i < 60000; i++) pieces[i % pieces.length] = Buffer.alloc(4200 + (i % 9) * 1000, i & 255);
  hash.update(Buffer.concat(pieces.slice(0, 4000)));
}
console.log(hash.digest('hex').slice(0, 16));
