--[[
  First half of a create: claims the idempotency key, indexes the task and writes the audit record, before the job is added
  under the same id. A crash in between leaves an index entry without a job (dropped by reconcile) and a claim that a later
  request with the same key takes over after the grace, under the same id: never two tasks.
  KEYS 1 job key prefix, 2 idempotency key or '', 3 index of all tasks, 4 index by type, 5 index by requester, 6 audit stream
  ARGV 1 task id, 2 requested-at ms, 3 fingerprint, 4 ttl seconds, 5 grace ms, 6 requested-at ISO,
       7 audit trim ms (entries older go), 8.. audit fields and values
  Returns {'new'} | {'resume', id, requested_at} | {'replay', id, requested_at} | {'reused'} | {'in_flight', id, requested_at}
]]
local base = KEYS[1]
local id, at = ARGV[1], ARGV[6]
local outcome = 'new'
if KEYS[2] ~= '' then
  local claim = redis.call('HMGET', KEYS[2], 'fingerprint', 'id', 'at', 'ms')
  if claim[1] then
    if claim[1] ~= ARGV[3] then return { 'reused' } end
    if redis.call('EXISTS', base .. claim[2]) == 1 then return { 'replay', claim[2], claim[3] } end
    if redis.call('EXISTS', base .. claim[2] .. ':gone') == 1 then return { 'replay', claim[2], claim[3] } end
    if tonumber(ARGV[2]) - tonumber(claim[4]) < tonumber(ARGV[5]) then return { 'in_flight', claim[2], claim[3] } end
    id, at, outcome = claim[2], claim[3], 'resume'
  end
  if tonumber(ARGV[4]) > 0 then
    redis.call('HSET', KEYS[2], 'fingerprint', ARGV[3], 'id', id, 'at', at, 'ms', ARGV[2])
    redis.call('EXPIRE', KEYS[2], ARGV[4])
  end
end
redis.call('ZADD', KEYS[3], ARGV[2], id)
redis.call('ZADD', KEYS[4], ARGV[2], id)
redis.call('ZADD', KEYS[5], ARGV[2], id)
redis.call('XADD', KEYS[6], 'MINID', '~', ARGV[7], '*', 'event', 'TASK_CREATE', 'task_id', id, unpack(ARGV, 8))
if outcome == 'new' then return { 'new' } end
return { outcome, id, at }
