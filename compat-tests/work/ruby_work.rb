# Prints a checksum per kind of work of Ruby's: objects, strings, big numbers, threads, the collector, compression.
require 'digest'
require 'json'
require 'zlib'

def checksum(*parts) = Digest::SHA256.hexdigest(parts.join("\0"))[0, 16]

random = Random.new(42)
people = Array.new(60_000) { |i| { name: "person#{random.rand(9000)}", tags: Array.new(i % 5) { |k| "t#{k * i}" } } }
groups = people.group_by { |one| one[:name] }.sort.map { |name, all| [name, all.sum { |one| one[:tags].size }] }
puts "hashes #{checksum(groups)}"

text = (1..80_000).map { |i| "key#{i}=#{random.rand(10_000)};" }.join
changed = text.gsub(/(\d+);/) { format('%x;;', $1.to_i * 3) }
puts "expressions #{checksum(changed)} #{changed.scan(/key(\d+)=/).size}"

puts "json #{checksum(JSON.parse(JSON.generate(people)).size, JSON.generate(people))}"
packed = Zlib::Deflate.deflate(text * 4, 9)
puts "compression #{checksum(Zlib::Inflate.inflate(packed))} #{Zlib::Inflate.inflate(packed) == text * 4}"
puts "numbers #{checksum((1..3000).inject(:*))}"

parts = Array.new(16) do |part|
  Thread.new { kept = []; 20_000.times { |i| kept << ('x' * ((i * part) % 700)); kept.shift if kept.size > 2000 }; kept.sum(&:size) }
end
puts "threads #{parts.map(&:value).inspect}"
GC.start
GC.compact
reader, writer = IO.pipe
fork { writer.puts checksum(people.last(50_000)); exit!(0) }
writer.close
puts "child #{reader.read}"
Process.wait
sleep 1
puts 'end'
