-- The index of dead letters: per park one sorted set for each cause (letters with equal group, number of requeues, task
-- type and failure code) and the set of its causes. Members are task ids, scores failed-at milliseconds * 1000 + a
-- sequence. A cause is written group|requeues|type|code; only the code may hold the separator.
local function cellOf(group, requeues, kind, code)
  return group .. '|' .. requeues .. '|' .. string.gsub(kind, '|', '/') .. '|' .. code
end

local function addToCell(ix, park, cell, score, id)
  redis.call('ZADD', ix .. park .. ':c:' .. cell, score, id)
  redis.call('SADD', ix .. park .. ':cells', cell)
end

local function removeFromCell(ix, park, cell, id)
  local key = ix .. park .. ':c:' .. cell
  if redis.call('ZREM', key, id) == 0 then return 0 end
  if redis.call('EXISTS', key) == 0 then redis.call('SREM', ix .. park .. ':cells', cell) end
  return 1
end

-- Field xs of a letter: park, number of its arrival, cause. Everything the index knows but its score, in one field: a
-- million letters pay for each byte.
local function readStamp(stamp)
  local label, sequence, cell = string.match(stamp or '', '^(%a+):(%d+):(.*)$')
  return label, tonumber(sequence), cell
end

-- The moment at which the letter of an entry finished, as its job has it: whoever retries or finishes the job elsewhere
-- takes that away or changes it.
local function finishedAt(score)
  return math.floor(tonumber(score) / 1000)
end

-- A key outside the index, under the same hash tag.
local function sharedKey(ix, name)
  return string.match(ix, '^{[^}]*}') .. ':' .. name
end
