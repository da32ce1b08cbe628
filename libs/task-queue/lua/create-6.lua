--[[
  Creates a task in one step: idempotency claim, job, list indexes and audit record, all or nothing. The job is added by
  BullMQ's own script, embedded here, so that its layout stays BullMQ's business.
  KEYS 1 job key prefix, 2 idempotency key or '', 3 set of task types, 4 index by type, 5 index by requester, 6 audit stream
  ARGV 1 task id, 2 requested-at ms, 3 requested-at ISO, 4 task type, 5 job data JSON, 6 job options JSON,
       7 fingerprint, 8 idempotency ttl seconds, 9 audit trim ms (older entries go), 10.. audit fields and values
  Returns {'new'} | {'replay', id, requested_at} | {'reused'}
]]
--@bullmq addStandardJob
local base, id, at = KEYS[1], ARGV[1], tonumber(ARGV[2])
if KEYS[2] ~= '' then
  local claim = redis.call('HMGET', KEYS[2], 'fingerprint', 'id', 'at')
  if claim[1] then
    if claim[1] ~= ARGV[7] then return { 'reused' } end
    return { 'replay', claim[2], claim[3] }
  end
end
addStandardJob({
  base .. 'wait', base .. 'paused', base .. 'meta', base .. 'id', base .. 'completed', base .. 'delayed',
  base .. 'active', base .. 'events', base .. 'marker',
}, { { base, id, ARGV[4], at }, ARGV[5], cjson.decode(ARGV[6]) })
if KEYS[2] ~= '' and tonumber(ARGV[8]) > 0 then
  redis.call('HSET', KEYS[2], 'fingerprint', ARGV[7], 'id', id, 'at', ARGV[3])
  redis.call('EXPIRE', KEYS[2], ARGV[8])
end
redis.call('SADD', KEYS[3], ARGV[4])
redis.call('ZADD', KEYS[4], at, id)
redis.call('ZADD', KEYS[5], at, id)
redis.call('XADD', KEYS[6], 'MINID', '~', ARGV[9], '*', 'event', 'TASK_CREATE', 'task_id', id, unpack(ARGV, 10))
return { 'new' }
