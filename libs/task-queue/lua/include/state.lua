-- Where a job stands, from BullMQ's own keys: completed, failed, delayed (with its due score), active or waiting.
-- The lock tells an active job cheaply; only a job that was started before and has no lock is looked up in the list.
local function jobState(base, id)
  if redis.call('ZSCORE', base .. 'completed', id) then return 'completed', '' end
  if redis.call('ZSCORE', base .. 'failed', id) then return 'failed', '' end
  local due = redis.call('ZSCORE', base .. 'delayed', id)
  if due then return 'delayed', due end
  if redis.call('EXISTS', base .. id .. ':lock') == 1 then return 'active', '' end
  if redis.call('HEXISTS', base .. id, 'ats') == 1 and redis.call('LPOS', base .. 'active', id) then return 'active', '' end
  return 'waiting', ''
end
