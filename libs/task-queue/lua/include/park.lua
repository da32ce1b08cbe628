-- Labels a failed job and indexes it under its cause.
local function envelopeOf(data)
  local ok, decoded = pcall(cjson.decode, data or '')
  if not ok or type(decoded) ~= 'table' then return {}, {} end
  local envelope, headers = decoded['envelope'], decoded['headers']
  return type(envelope) == 'table' and envelope or {}, type(headers) == 'table' and headers or {}
end

local function text(value)
  if type(value) == 'string' and value ~= '' then return value end
  return nil
end

-- Contract 2.4: header, then body, then the nested envelope, then "unknown". The recorded code is the header's truth.
local function effectiveCode(recorded, reason, envelope, headers)
  if text(recorded) then return recorded end
  if reason == 'job stalled more than allowable limit' or reason == 'job started more than allowable limit' then
    return 'WORKER_LOST'
  end
  local nested = type(envelope['failure']) == 'table' and envelope['failure'] or {}
  return text(headers['failure_code']) or text(envelope['failure_code']) or text(nested['failure_code']) or 'unknown'
end

-- Takes a job's index entry away, wherever its own stamp says that it is.
local function unindex(ix, stamp, id)
  local label, _, cell = readStamp(stamp)
  if label == 'cancelled' then return redis.call('ZREM', ix .. 'cancelled', id) end
  return label and removeFromCell(ix, label, cell, id) or 0
end

-- Message of the failure: recorded apart, in the line of the last attempt, or BullMQ's own words.
local function messageOf(recorded, history, reason)
  local ok, decoded = pcall(cjson.decode, recorded or '')
  if ok and type(decoded) == 'table' and text(decoded['message']) then return decoded['message'] end
  ok, decoded = pcall(cjson.decode, string.match(history or '', '[^\n]*$'))
  local failure = ok and type(decoded) == 'table' and decoded['error']
  return type(failure) == 'table' and text(failure['message']) or reason or ''
end

-- What is remembered of a group beyond its letters. A resolved one that gets a letter is open again: a regression.
local function touchGroup(ix, group, code, finished, now)
  local key = ix .. 'group:' .. group
  redis.call('ZADD', ix .. 'groups', now, group)
  redis.call('HSET', key, 'last', finished)
  if redis.call('HSETNX', key, 'code', code) == 1 then
    redis.call('HSET', key, 'first', finished)
    return
  end
  if redis.call('HGET', key, 'state') ~= 'resolved' then return end
  redis.call('HSET', key, 'state', 'open', 'regression', '1', 'at', now, 'by', 'regression')
  redis.call('HDEL', key, 'reason')
  redis.call('XADD', sharedKey(ix, 'alerts'), '*', 'event', 'group_regressed', 'group', group, 'failure_code', code, 'count', 1, 'at', now)
  redis.call('XADD', sharedKey(ix, 'audit'), '*', 'event', 'GROUP_REGRESSED', 'group', group, 'failure_code', code)
end

-- Groups are bounded: a fingerprint that fails to make equal causes equal must not cost a sorted set a letter.
local MOST_CELLS = 2000
local function groupOf(ix, group)
  if redis.call('EXISTS', ix .. 'group:' .. group) == 1 then return group end
  if redis.call('SCARD', ix .. 'dlq:cells') < MOST_CELLS then return group end
  return 'other'
end

-- Parks a finally failed job once; one that somebody retried behind our back and that failed anew is parked anew. A
-- cancelled task is no letter: its own index only serves the sweeper. lockSeconds > 0 sets the task lock (contract 2.6)
-- when the retries were used up. Returns 1 = parked, 0 = nothing to do, or {code, message} when the group is missing.
local function park(base, ix, id, now, lockSeconds, group)
  local key = base .. id
  local finished = redis.call('ZSCORE', base .. 'failed', id)
  if not finished then return 0 end
  finished = string.format('%.0f', finished)
  local fields = redis.call('HMGET', key, 'xs', 'xf', 'failedReason', 'data', 'atm', 'opts', 'xg', 'xr', 'xo')
  local known, _, place = readStamp(fields[1] or nil)
  if known then
    local entry = known == 'cancelled' and ix .. 'cancelled' or ix .. known .. ':c:' .. place
    local score = redis.call('ZSCORE', entry, id)
    if score and finishedAt(score) == tonumber(finished) then return 0 end
  end
  local envelope, headers = envelopeOf(fields[4])
  local code = effectiveCode(fields[2], fields[3], envelope, headers)
  local cause = fields[7] or text(group)
  if not next(envelope) then cause = 'unparsable' end
  if not cause and code ~= 'CANCELLED' then
    local recorded = redis.call('HMGET', key, 'xe', 'xh')
    return { code, messageOf(recorded[1], recorded[2], fields[3] or nil) }
  end
  if known then unindex(ix, fields[1], id) end
  local sequence = redis.call('INCR', ix .. 'sequence')
  local score = string.format('%.0f', tonumber(finished) * 1000 + sequence % 1000)
  if code == 'CANCELLED' then
    redis.call('HSET', key, 'xs', 'cancelled:' .. sequence .. ':')
    redis.call('ZADD', ix .. 'cancelled', score, id)
    if fields[9] and countOutcome(ix, id, fields[9], 'failed_again', '') == 1 then redis.call('HDEL', key, 'xo') end
    return 1
  end
  cause = groupOf(ix, cause)
  local kind = text(envelope['task_type']) or text(envelope['type']) or 'unknown'
  local cell = cellOf(cause, math.min(tonumber(fields[8] or 0), 99), kind, code)
  redis.call('HSET', key, 'xs', 'dlq:' .. sequence .. ':' .. cell)
  redis.call('HDEL', key, 'xf', 'xg')
  addToCell(ix, 'dlq', cell, score, id)
  touchGroup(ix, cause, code, finished, now)
  if fields[9] then
    countOutcome(ix, id, fields[9], 'failed_again', cause)
    redis.call('HDEL', key, 'xo')
  end
  local ok, opts = pcall(cjson.decode, fields[6] or '')
  local attempts = ok and type(opts) == 'table' and tonumber(opts['attempts']) or 1
  if tonumber(lockSeconds) > 0 and tonumber(fields[5] or 0) >= attempts then
    redis.call('SET', ix .. 'lock:' .. id, math.floor(tonumber(now) / 1000), 'NX', 'EX', lockSeconds)
  end
  return 1
end

-- Takes a job that is no longer failed out of the index and clears its failure, so that nothing stale steers a triage.
local function unpark(base, ix, id)
  local stamp = redis.call('HGET', base .. id, 'xs')
  if not stamp then return 0 end
  unindex(ix, stamp, id)
  redis.call('HDEL', base .. id, 'xs', 'xf', 'xe', 'xg')
  return 1
end
