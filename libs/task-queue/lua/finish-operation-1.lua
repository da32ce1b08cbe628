--[[
  Ends an operation, once, together with its line in the audit stream: who did what to which letters, why, and the counts.
  KEYS 1 index prefix · ARGV 1 operation id, 2 status, 3 error or '', 4 now ms
  Returns 1, or 0 when it had ended before
]]
--@include index
local ix = KEYS[1]
local key = ix .. 'op:' .. ARGV[1]
local status = redis.call('HGET', key, 'status')
if status ~= 'running' and status ~= 'canary' then return 0 end
redis.call('HSET', key, 'status', ARGV[2], 'finished', ARGV[4], 'updated', ARGV[4])
if ARGV[3] ~= '' then redis.call('HSET', key, 'error', ARGV[3]) end
redis.call('ZREM', ix .. 'ops:running', ARGV[1])
local NAMES = { 'requeue', 'hold', 'alarm', 'purge', 'stay', 'age', 'cap', 'locked', 'policy', 'errors' }
local values, counts = redis.call('HMGET', key, unpack(NAMES)), {}
for i, name in ipairs(NAMES) do counts[name] = tonumber(values[i] or 0) end
local told = redis.call('HMGET', key, 'audit', 'action', 'by', 'reason')
local audit = cjson.decode(told[1] or '{}')
local line = {
  'event', audit['event'] or 'DLQ_OPERATION', 'operation_id', ARGV[1], 'action', told[2] or '', 'by', told[3] or '',
  'reason', told[4] or '', 'status', ARGV[2], 'counts', cjson.encode(counts),
}
for name, value in pairs(audit) do
  if name ~= 'event' then
    line[#line + 1] = name
    line[#line + 1] = value
  end
end
redis.call('XADD', sharedKey(ix, 'audit'), '*', unpack(line))
return 1
