-- budget:caps has for each scope 'hard soft source' of the day and of the month, '-' where there is none.
local function readCaps(value, key, scope)
  if not value then return { '-', '-', '-', '-', '-', '-' } end
  local caps = { string.match(value, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+)$') }
  if #caps ~= 6 then fail('CORRUPT', key, scope) end
  return caps
end

local function writeCaps(key, scope, caps)
  if caps[3] == '-' and caps[6] == '-' then return redis.call('HDEL', key, scope) end
  redis.call('HSET', key, scope, table.concat(caps, ' '))
end

local places = { day = 0, month = 3 }
