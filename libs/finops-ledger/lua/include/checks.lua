-- Lua counts in doubles: whole numbers are exact up to 2^53. What would pass it is refused, never rounded.
local exact, largestAmount = 9007199254740992, 1125899906842624

local function fail(kind, key, field)
  error('LEDGER_' .. kind .. ' ' .. key .. ' ' .. (field or ''), 0)
end

-- A whole number from 0 to 2^50, as callers give it. Not a number is no whole number either.
local function amount(text)
  local value = tonumber(text)
  if not value or value < 0 or value > largestAmount or value % 1 ~= 0 then fail('AMOUNT', 'ARGV', text) end
  return value
end

-- A read that names its key when the key holds something else. All reads come before the first write.
local function read(command, key, ...)
  local reply = redis.pcall(command, key, ...)
  if type(reply) == 'table' and reply.err then fail('CORRUPT', key) end
  return reply
end
