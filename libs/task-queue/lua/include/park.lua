-- Labels a failed job and indexes it: one sorted set over all letters of the park, one per code, type and pair, and the
-- facets' counts. Members are task ids, scores failed-at milliseconds * 1000 + a sequence, so that order is total.
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

local function addToPark(ix, park, id, entry)
  redis.call('ZADD', ix .. park .. ':all', entry.score, id)
  redis.call('ZADD', ix .. park .. ':fc:' .. entry.code, entry.score, id)
  redis.call('ZADD', ix .. park .. ':tt:' .. entry.type, entry.score, id)
  redis.call('ZADD', ix .. park .. ':ft:' .. entry.code .. '|' .. entry.type, entry.score, id)
  redis.call('HINCRBY', ix .. park .. ':codes', entry.code, 1)
  redis.call('HINCRBY', ix .. park .. ':types', entry.type, 1)
end

local function removeFromPark(ix, park, id, code, kind)
  if redis.call('ZREM', ix .. park .. ':all', id) == 0 then return 0 end
  redis.call('ZREM', ix .. park .. ':fc:' .. code, id)
  redis.call('ZREM', ix .. park .. ':tt:' .. kind, id)
  redis.call('ZREM', ix .. park .. ':ft:' .. code .. '|' .. kind, id)
  if redis.call('HINCRBY', ix .. park .. ':codes', code, -1) <= 0 then redis.call('HDEL', ix .. park .. ':codes', code) end
  if redis.call('HINCRBY', ix .. park .. ':types', kind, -1) <= 0 then redis.call('HDEL', ix .. park .. ':types', kind) end
  return 1
end

-- Parks a finally failed job once. A cancelled task is not parked: its own index only serves the sweeper.
-- lockSeconds > 0 sets the task lock (contract 2.6) when the retries were used up.
local function park(base, ix, id, now, lockSeconds)
  local key = base .. id
  local finished = redis.call('ZSCORE', base .. 'failed', id)
  if not finished then return 0 end
  local fields = redis.call('HMGET', key, 'xp', 'xf', 'failedReason', 'data', 'atm', 'opts')
  if fields[1] then return 0 end
  local envelope, headers = envelopeOf(fields[4])
  local code = effectiveCode(fields[2], fields[3], envelope, headers)
  local kind = text(envelope['task_type']) or text(envelope['type']) or 'unknown'
  local score = tonumber(finished) * 1000 + redis.call('INCR', ix .. 'sequence') % 1000
  local label = code == 'CANCELLED' and 'cancelled' or 'dlq'
  redis.call('HSET', key, 'xp', label, 'xf', code, 'xt', kind, 'xs', string.format('%.0f', score))
  addToPark(ix, label, id, { score = score, code = code, type = kind })
  local ok, opts = pcall(cjson.decode, fields[6] or '')
  local attempts = ok and type(opts) == 'table' and tonumber(opts['attempts']) or 1
  if label == 'dlq' and tonumber(lockSeconds) > 0 and tonumber(fields[5] or 0) >= attempts then
    redis.call('SET', ix .. 'lock:' .. id, math.floor(tonumber(now) / 1000), 'NX', 'EX', lockSeconds)
  end
  return 1
end

-- Takes a job that is no longer failed out of the index and clears its failure, so that nothing stale steers a triage.
local function unpark(base, ix, id)
  local fields = redis.call('HMGET', base .. id, 'xp', 'xf', 'xt')
  if not fields[1] then return 0 end
  local removed = removeFromPark(ix, fields[1], id, fields[2] or 'unknown', fields[3] or 'unknown')
  redis.call('HDEL', base .. id, 'xp', 'xf', 'xe', 'xt', 'xs')
  return removed
end
