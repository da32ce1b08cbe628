-- A cell is a list of 15 numbers in the order of SpendMeasures. spend:dims knows the number of a combination of tags;
-- spend:dims:names has the combinations in the order of their numbers.
local mostCombinations, mostRemainders = 20000, 1000
local daySeconds, hourSeconds = '69120000', '8640000'

-- The number of a combination as a text, and the text for the ledger's line where it has none of its own. Beyond the bound purpose,
-- team and project become 'other', and beyond the next one model and key as well. A new combination is added.
local function combination(prefix, text)
  local index = prefix .. 'spend:dims'
  local number = read('HGET', index, text)
  if number then return number, false, nil end
  local count = read('LLEN', index .. ':names')
  if count < mostCombinations then return tostring(count + 1), false, text end
  local parts = cjson.decode(text)
  parts[3], parts[4], parts[5] = 'other', 'other', 'other'
  local other = cjson.encode(parts)
  number = read('HGET', index, other)
  if not number and count >= mostCombinations + mostRemainders then
    parts[2], parts[6] = 'other', 'other'
    other = cjson.encode(parts)
    number = read('HGET', index, other)
  end
  return number or tostring(count + 1), text, not number and other or nil
end

local function addCombination(prefix, text)
  if not text then return end
  local count = redis.call('RPUSH', prefix .. 'spend:dims:names', text)
  redis.call('HSET', prefix .. 'spend:dims', text, count)
end

-- Adds to each number of a packed cell; returns the new one and the largest number in it. The list is one byte (159) and 15
-- numbers: without that byte they are read and packed without a table, in half the time. Fails where there is no cell.
local function add(value, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15)
  local b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, more = cmsgpack.unpack(string.sub(value, 2))
  if more or string.byte(value) ~= 159 then error('no cell') end
  b1, b2, b3, b4, b5 = b1 + a1, b2 + a2, b3 + a3, b4 + a4, b5 + a5
  b6, b7, b8, b9, b10 = b6 + a6, b7 + a7, b8 + a8, b9 + a9, b10 + a10
  b11, b12, b13, b14, b15 = b11 + a11, b12 + a12, b13 + a13, b14 + a14, b15 + a15
  local numbers = cmsgpack.pack(b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15)
  return '\159' .. numbers, math.max(b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15)
end

-- The packed cell after adding, and whether it is a new one. Nothing is written yet.
local function cellAfter(key, number, measures)
  local value = read('HGET', key, number)
  if not value then return cmsgpack.pack(measures), true end
  local ok, cell, largest = pcall(add, value, unpack(measures))
  if not ok then fail('CORRUPT', key, number) end
  if largest > exact then fail('FULL', key, number) end
  return cell, false
end

local function writeCell(key, number, cell, isNew, seconds)
  redis.call('HSET', key, number, cell)
  if isNew then redis.call('EXPIRE', key, seconds) end
end
