-- A cell is a list of 15 numbers in the order of SpendMeasures. spend:dims knows the number of a combination of tags;
-- spend:dims:names has the combinations in the order of their numbers.
local mostCombinations, mostRemainders = 20000, 1000
local daySeconds, hourSeconds = 69120000, 8640000

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

-- The packed cell after adding, and whether it is a new one. Nothing is written yet.
local function cellAfter(key, number, measures)
  local value = read('HGET', key, number)
  if not value then return cmsgpack.pack(measures), true end
  local ok, cell = pcall(cmsgpack.unpack, value)
  if not ok or type(cell) ~= 'table' or #cell ~= 15 then fail('CORRUPT', key, number) end
  for i = 1, 15 do
    local more = measures[i]
    if more ~= 0 then
      if type(cell[i]) ~= 'number' then fail('CORRUPT', key, number) end
      cell[i] = cell[i] + more
      if cell[i] > exact then fail('FULL', key, number) end
    end
  end
  return cmsgpack.pack(cell), false
end

local function writeCell(key, number, cell, isNew, seconds)
  redis.call('HSET', key, number, cell)
  if isNew then redis.call('EXPIRE', key, seconds) end
end
