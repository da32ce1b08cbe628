--[[
  Applies an agent's callback, once per (attempt, status) and never backwards.
  The queue is the truth for a job that its worker moves; a callback decides where the queue does not know better: a task
  nobody took from the queue, or one whose agent reports before it lets go of the job (settled when it does).
  KEYS 1 job key prefix, 2 index prefix
  ARGV 1 task id, 2 attempt or 0, 3 running|succeeded|failed, 4 '1' when a retry follows, 5 now ms, 6 finished-at ms,
       7 result JSON or '', 8 failure code or '', 9 error JSON or '', 10 progress JSON or '', 11 task lock seconds, 12 group of the failure or ''
  Returns {'not_found'} | {'accepted'|'duplicate'|'ignored', attempt}
]]
--@include state
--@include event
--@include index
--@include outcome
--@include park
--@include finalize
--@include history
local base, ix, id = KEYS[1], KEYS[2], ARGV[1]
local key = base .. id
if redis.call('HEXISTS', key, 'data') == 0 then return { 'not_found' } end
local status, retry, now, finished = ARGV[3], ARGV[4] == '1', ARGV[5], ARGV[6]
local fields = redis.call('HMGET', key, 'ats', 'xc', 'xa', 'processedOn', 'pb', 'xb')
local state = jobState(base, id)
local reported = fields[3] and cjson.decode(fields[3]) or nil
-- A requeue starts a new cycle: nothing that is reported about an attempt before it counts any more.
local current = math.max(1, tonumber(fields[1] or 0), tonumber(fields[6] or 0) + 1, reported and reported['attempt'] or 0)
local attempt = tonumber(ARGV[2])
if attempt == 0 then attempt = current end
-- 1r 1s 1f: attempt and first letter of the status.
local mark = attempt .. string.sub(status, 1, 1)
local marks = fields[2] or ''
if string.find(',' .. marks .. ',', ',' .. mark .. ',', 1, true) then return { 'duplicate', attempt } end

local final = state == 'completed' or state == 'failed'
if reported and (reported['status'] == 'succeeded' or reported['status'] == 'failed') then final = true end

local function accept()
  redis.call('HSET', key, 'xc', marks == '' and mark or (marks .. ',' .. mark))
  return { 'accepted', attempt }
end

local function note(value)
  value['attempt'] = attempt
  redis.call('HSET', key, 'xa', cjson.encode(value))
end

if attempt < current then return { 'ignored', attempt } end

if status == 'running' then
  if final or state == 'delayed' then return { 'ignored', attempt } end
  if reported and reported['attempt'] == attempt and reported['status'] == 'queued' then return { 'ignored', attempt } end
  if state == 'waiting' then note({ status = 'running', started_at = tonumber(now) }) end
  if ARGV[10] ~= '' then redis.call('HSET', key, 'progress', ARGV[10]) end
  if state == 'waiting' or ARGV[10] ~= '' then announce(base, 'changed', id, 'by', 'callback') end
  return accept()
end

local agrees = (state == 'completed' and status == 'succeeded') or (state == 'failed' and status == 'failed' and not retry)
  or (state == 'delayed' and status == 'failed' and retry)
if agrees then return accept() end
if final then return { 'ignored', attempt } end

if ARGV[10] ~= '' then redis.call('HSET', key, 'progress', ARGV[10]) end
if status == 'failed' then
  redis.call('HSET', key, 'xf', ARGV[8], 'xg', ARGV[12])
  local started = reported and reported['started_at'] or tonumber(fields[4] or 0)
  remember(base, id, cjson.encode({
    attempt = attempt,
    from = started > 0 and started or nil,
    to = tonumber(finished),
    error = cjson.decode(ARGV[9]),
    worker = fields[5] or nil,
  }))
end
if retry then
  note({ status = 'queued' })
  announce(base, 'changed', id, 'by', 'callback')
  return accept()
end
if state ~= 'active' and takeOffWaiting(base, id) == 1 then
  if tonumber(fields[1] or 0) < attempt then redis.call('HSET', key, 'ats', attempt) end
  if reported and reported['started_at'] then redis.call('HSET', key, 'processedOn', string.format('%.0f', reported['started_at'])) end
  redis.call('HINCRBY', key, 'atm', 1)
  redis.call('HDEL', key, 'xa')
  if status == 'succeeded' then
    finishSucceeded(base, id, finished, ARGV[7] == '' and 'null' or ARGV[7])
  else
    finishFailed(base, id, finished, ARGV[8], cjson.decode(ARGV[9])['message'])
    park(base, ix, id, now, ARGV[11], ARGV[12])
  end
  return accept()
end
note({ status = status, finished_at = tonumber(finished), result = ARGV[7] ~= '' and ARGV[7] or nil })
redis.call('ZADD', ix .. 'unsettled', now, id)
announce(base, 'changed', id, 'by', 'callback')
return accept()
