// Prints a checksum per kind of work; the worker threads run the same work at once.
'use strict';
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');
const crypto = require('crypto');
const fs = require('fs');
const zlib = require('zlib');

const checksum = (data) => crypto.createHash('sha256').update(data).digest('hex').slice(0, 16);

function random(seed) {
  return (limit) => (seed = (seed * 16807) % 2147483647) % limit;
}

function json(next) {
  const records = Array.from({ length: 30000 }, (_, id) => ({
    id, name: `person ${next(5000)}`, tags: [next(10), next(100), `t${next(50)}`], nested: { score: next(1000) / 8 },
  }));
  const parsed = JSON.parse(JSON.stringify(records));
  parsed.sort((a, b) => a.name.localeCompare(b.name, 'en') || b.id - a.id);
  const groups = new Map();
  for (const record of parsed) groups.set(record.name, (groups.get(record.name) || []).concat(record.id));
  return checksum(JSON.stringify([parsed, [...groups]]));
}

function buffers(next) {
  const hash = crypto.createHash('sha256');
  let kept = [];
  for (let i = 0; i < 4000; i++) {
    const buffer = Buffer.alloc(next(40000), i % 251);
    kept.push(buffer);
    if (kept.length > 300) {
      hash.update(Buffer.concat(kept));
      kept = kept.filter((_, index) => index % 3 === 0);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

function compression(next) {
  const text = Array.from({ length: 40000 }, () => `word${next(3000)}`).join(' ');
  const packed = zlib.gzipSync(text, { level: 9 });
  const unpacked = zlib.gunzipSync(packed).toString();
  if (unpacked !== text) throw new Error('compression lost data');
  return `${text.length} ${checksum(zlib.brotliCompressSync(text, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } }))}`;
}

const work = { json, buffers, compression };

async function main() {
  for (const [name, run] of Object.entries(work)) console.log(name, run(random(42)));
  const answers = await Promise.all(Array.from({ length: 4 }, (_, index) => new Promise((resolve, reject) => {
    const worker = new Worker(__filename, { workerData: index + 1 });
    let answer;
    worker.on('message', (message) => { answer = message; });
    worker.on('error', reject);
    worker.on('exit', (code) => (code ? reject(new Error(`worker exits with ${code}`)) : resolve(answer)));
  })));
  answers.forEach((answer, index) => console.log('worker', index + 1, answer));
  fs.writeFileSync('maps', fs.readFileSync('/proc/self/maps'));
  console.log('end');
}

if (isMainThread) main();
else parentPort.postMessage(Object.values(work).map((run) => run(random(workerData))).join(' '));
