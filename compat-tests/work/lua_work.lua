-- Prints a checksum per kind of work of Lua's: tables, strings, closures, coroutines, the collector.
local function checksum(text)
  local sum = 5381
  for i = 1, #text do sum = (sum * 33 + text:byte(i)) % 4294967296 end
  return sum
end

local seed = 42
local function random(limit) seed = (seed * 16807) % 2147483647; return seed % limit end

local people = {}
for i = 1, 200000 do
  local name = "person" .. random(30000)
  people[name] = people[name] or {}
  table.insert(people[name], { day = i, where = "place" .. i % 97 })
end
local names = {}
for name in pairs(people) do names[#names + 1] = name end
table.sort(names)
local lines = {}
for i, name in ipairs(names) do lines[i] = name .. ":" .. #people[name] end
print("tables", checksum(table.concat(lines, ",")))

local text = table.concat(lines, "; ")
local changed, count = text:gsub("(%d+):(%d+)", function(a, b) return string.format("%x=%s", a, b:rep(3)) end)
print("strings", checksum(changed), count)

local sum = 0
for round = 1, 200 do
  local makers = {}
  for i = 1, 500 do makers[i] = coroutine.wrap(function(n) while true do n = n + coroutine.yield(n * i) end end) end
  for i = 1, 500 do sum = sum + makers[i](round) + makers[i](1) end
end
print("coroutines", sum)

local kept = {}
for i = 1, 400000 do kept[i % 5000] = ("x"):rep(random(400)) end
collectgarbage()
local size = 0
for _, one in pairs(kept) do size = size + #one end
print("collector", size)
local stop = os.time() + 2
repeat kept[random(5000)] = ("y"):rep(100) until os.time() >= stop
print("end")
