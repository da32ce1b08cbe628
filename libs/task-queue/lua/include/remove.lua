-- Removes a task with everything that is kept of it, except its place in BullMQ's sets and in the letters' index.
local function removeTask(base, ix, id, envelope)
  local key = base .. id
  local kind = text(envelope['task_type']) or redis.call('HGET', key, 'name')
  redis.call('UNLINK', key, key .. ':logs', key .. ':dependencies', key .. ':processed', key .. ':failed', key .. ':unsuccessful', ix .. 'lock:' .. id)
  if kind then redis.call('ZREM', ix .. 'type:' .. kind, id) end
  if text(envelope['requested_by']) then redis.call('ZREM', ix .. 'by:' .. envelope['requested_by'], id) end
  redis.call('ZREM', ix .. 'unsettled', id)
end
