--[[
  Gives back what expired holds reserve, the oldest first. A hold that cannot be read keeps its money and is looked at again
  in an hour, so that it stops nobody else.
  KEYS 1 prefix   ARGV 1 how many at most
  Returns {how many expired, 1 when more are due, errors of holds that cannot be read...}
]]
--@include checks
--@include hold
--@include counters
--@include days
local expiredSeconds, againMs = '604800', 3600000
local prefix, holds, instant, done, errors = KEYS[1], KEYS[1] .. 'spend:holds', now(), 0, {}

local function expire(id)
  local key, state, nano, reservedAt, day, scopes, scope, period, projected, cap = readHold(prefix, id)
  if not state then fail('CORRUPT', key) end
  if state ~= 'h' then return 0 end
  local budget, updates, isNew = posting(prefix, day, { cmsgpack.unpack(scopes) }, 1, 0, -nano, expired)
  post(budget, updates, isNew)
  local ended = cmsgpack.pack('x', nano, reservedAt, day, scopes, scope, period, projected, cap)
  redis.call('SET', key, ended, 'EX', expiredSeconds)
  return 1
end

for _, id in ipairs(read('ZRANGEBYSCORE', holds, '-inf', instant, 'LIMIT', 0, ARGV[1])) do
  local ok, count = pcall(expire, id)
  if ok then
    redis.call('ZREM', holds, id)
    done = done + count
  else
    redis.call('ZADD', holds, instant + againMs, id)
    errors[#errors + 1] = type(count) == 'table' and count.err or count
  end
end
local more = #read('ZRANGEBYSCORE', holds, '-inf', instant, 'LIMIT', 0, 1)
return { done, more, unpack(errors) }
