--[[
  Makes queue and reported outcome agree once an agent that reported a final status has let go of its job: a reported
  success is never retried or dead-lettered, a reported failure is never shown as success.
  KEYS 1 job key prefix, 2 index prefix · ARGV 1 now ms, 2 task lock seconds, 3.. task ids
  Returns how many were settled now
]]
--@include state
--@include event
--@include index
--@include outcome
--@include park
--@include finalize
local base, ix = KEYS[1], KEYS[2]
local settled = 0
for i = 3, #ARGV do
  local id = ARGV[i]
  local key = base .. id
  local raw = redis.call('HGET', key, 'xa')
  local state = raw and jobState(base, id) or 'gone'
  if state ~= 'active' then
    if raw then
      local reported = cjson.decode(raw)
      local finished = string.format('%.0f', reported['finished_at'] or tonumber(ARGV[1]))
      redis.call('HDEL', key, 'xa')
      if reported['status'] == 'succeeded' then
        if state == 'completed' then
          redis.call('HSET', key, 'returnvalue', reported['result'] or 'null')
        else
          if state == 'failed' then
            unpark(base, ix, id)
            redis.call('ZREM', base .. 'failed', id)
            redis.call('HDEL', key, 'failedReason')
          else
            takeOffWaiting(base, id)
          end
          finishSucceeded(base, id, finished, reported['result'] or 'null')
        end
      elseif reported['status'] == 'failed' then
        if state == 'completed' then redis.call('ZREM', base .. 'completed', id) end
        if state == 'completed' or takeOffWaiting(base, id) == 1 then
          redis.call('HDEL', key, 'returnvalue')
          local recorded = redis.call('HMGET', key, 'xf', 'xe', 'xh')
          finishFailed(base, id, finished, recorded[1] or 'UNKNOWN', messageOf(recorded[2], recorded[3], nil))
        end
        park(base, ix, id, ARGV[1], ARGV[2], 'unclassified')
      end
      settled = settled + 1
    end
    redis.call('ZREM', ix .. 'unsettled', id)
  end
end
return settled
