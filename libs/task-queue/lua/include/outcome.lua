-- Field xo of a requeued task: operation|group it had. Its end is counted once for that operation.
local function countOutcome(ix, id, mark, outcome, group)
  local operation, before = string.match(mark or '', '^([^|]*)|(.*)$')
  if not operation then return 0 end
  local key = ix .. 'op:' .. operation
  if redis.call('SREM', key .. ':pending', id) == 0 then return 0 end
  redis.call('HINCRBY', key, outcome, 1)
  if outcome == 'failed_again' and before == group then redis.call('HINCRBY', key, 'failed_same_cause', 1) end
  if redis.call('EXISTS', key .. ':pending') == 0 then redis.call('SREM', ix .. 'ops:awaiting', operation) end
  return 1
end
