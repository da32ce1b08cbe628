-- Ends a job that no worker holds: takes it off whatever list it waits on and puts it among the finished, as BullMQ's
-- own scripts would. Returns 1 when it ended here, 0 when it was not found waiting.
local function takeOffWaiting(base, id)
  if redis.call('ZREM', base .. 'delayed', id) == 1 then return 1 end
  if redis.call('LREM', base .. 'wait', 1, id) == 1 then return 1 end
  return redis.call('ZREM', base .. 'prioritized', id)
end

local function finishFailed(base, id, now, code, message)
  local reason = type(message) == 'string' and message or code
  redis.call('HSET', base .. id, 'finishedOn', now, 'failedReason', reason, 'xf', code)
  redis.call('ZADD', base .. 'failed', now, id)
  announce(base, 'failed', id, 'failedReason', reason)
end

local function finishSucceeded(base, id, now, resultJson)
  redis.call('HSET', base .. id, 'finishedOn', now, 'returnvalue', resultJson)
  redis.call('ZADD', base .. 'completed', now, id)
  announce(base, 'completed', id, 'returnvalue', 'null')
end
