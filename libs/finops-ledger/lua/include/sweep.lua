-- Gives back what expired holds reserve, the oldest first. A hold that cannot be read keeps its money and is looked at
-- again in an hour, so that it stops nobody else. Returns how many expired, and the errors of the others.
local expiredSeconds, againMs = 604800, 3600000

local function expire(prefix, id)
  local state, hold, holdKey = readHold(prefix, id)
  if not state then fail('CORRUPT', holdKey) end
  if state ~= 'h' then return 0 end
  local budget, updates, _, isNew = posting(prefix, hold[4], hold, firstScope, 0, -hold[2], expired)
  post(budget, updates, isNew)
  hold[1] = 'x'
  redis.call('SET', holdKey, cmsgpack.pack(hold), 'EX', expiredSeconds)
  return 1
end

local function sweepDue(prefix, instant, limit)
  local holds, done, errors = prefix .. 'spend:holds', 0, {}
  for _, id in ipairs(read('ZRANGEBYSCORE', holds, '-inf', instant, 'LIMIT', 0, limit)) do
    local ok, count = pcall(expire, prefix, id)
    if ok then
      redis.call('ZREM', holds, id)
      done = done + count
    else
      redis.call('ZADD', holds, instant + againMs, id)
      errors[#errors + 1] = type(count) == 'table' and count.err or count
    end
  end
  return done, errors
end

local function isDue(prefix, instant)
  return #read('ZRANGEBYSCORE', prefix .. 'spend:holds', '-inf', instant, 'LIMIT', 0, 1) > 0
end
