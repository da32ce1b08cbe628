--[[
  Moves letters of a park, oldest first: back to the queue, under another label, or away. Each letter is one step of this
  script, whole or not at all: index, job, operation, audit trail of the task and alert agree at any moment, whoever dies.
  Caps are counted here, so that callers who share a budget never exceed them together.
  KEYS 1 job key prefix, 2 index prefix
  ARGV 1 request JSON: park, causes, programs (verdicts), program (a program's number for each cause), now, sequence (only
         letters that arrived up to it), to (highest score), caps {moves, requeue, hold, alarm}, budget (key),
         budget_ms (its life), dry, locks (respect|release), alert, operation, by, at, tombstone (seconds; 0 = none)
       2 position JSON: from (score), skip; looks, visits, moves (at most, in this call); used (caps used so far, dry runs
         only); lease (token; '' = none)
  Returns {state, from, skip, counts JSON, ids, alert entries, moved rows}; state: more | done | lost | cancelled
]]
--@include event
--@include index
--@include outcome
--@include history
--@include park
--@include remove
--@include walk
--@bullmq reprocessJob
local base, ix = KEYS[1], KEYS[2]
local request, batch = cjson.decode(ARGV[1]), cjson.decode(ARGV[2])
local label, dry, now = request.park, request.dry, request.now
local operation = ix .. 'op:' .. request.operation

if batch.lease ~= '' then
  if redis.call('GET', operation .. ':lease') ~= batch.lease then return { 'lost' } end
  redis.call('PEXPIRE', operation .. ':lease', 15000)
  if redis.call('HGET', operation, 'cancelled') == '1' then return { 'cancelled' } end
end

local KINDS = { 'moves', 'requeue', 'hold', 'alarm' }
local used = batch.used or {}
if not dry then
  local values = redis.call('HMGET', request.budget, unpack(KINDS))
  for i, kind in ipairs(KINDS) do used[kind] = tonumber(values[i] or 0) end
end
local function spent(kind)
  return request.caps[kind] ~= nil and (used[kind] or 0) >= request.caps[kind]
end

local counts = { requeue = 0, hold = 0, alarm = 0, purge = 0, stay = 0, pass = 0, policy = 0, cap = 0, locked = 0, errors = 0 }
local ids, alerts, moved = {}, {}, {}

local function holds(when, score, fields)
  if when.age_min or when.age_max then
    local age = now - math.floor(tonumber(score) / 1000)
    if when.age_min and age < when.age_min or when.age_max and age > when.age_max then return false end
  end
  local attempts = tonumber(fields[3] or 0)
  return not (when.attempts_min and attempts < when.attempts_min or when.attempts_max and attempts > when.attempts_max)
end

local function verdict(program, score, fields)
  for _, rule in ipairs(program) do
    if not rule.when or holds(rule.when, score, fields) then return rule['do'] end
  end
  return 'pass'
end

-- What leaves and enters the sets is gathered and written once at the end: a call for each letter would be half of the
-- work, here and in the append-only file.
local leaving, entering, requeued = {}, { hold = {}, alarm = {} }, {}

local function takeOut(id, cell)
  leaving[cell] = leaving[cell] or {}
  leaving[cell][#leaving[cell] + 1] = id
end

-- Each moves one letter and returns true, or false and nothing done when its job is not failed any more.
local move = {}

-- What BullMQ's own script for retrying a finished job is called with; the job's key and id change from letter to letter.
local RETRY_KEYS = {
  '', base .. 'events', base .. 'failed', base .. 'wait', base .. 'meta', base .. 'active', base .. 'marker',
  base .. 'prioritized', base .. 'pc',
}
local RETRY_ARGV = { '', 'LPUSH', 'failedReason', 'failed', '1', '0' }

function move.requeue(id, cell, _, fields)
  local key = base .. id
  local group = string.match(request.causes[cell], '^[^|]*')
  RETRY_KEYS[1], RETRY_ARGV[1] = key, id
  if reprocessJob(RETRY_KEYS, RETRY_ARGV) ~= 1 then return false end
  takeOut(id, cell)
  redis.call('HDEL', key, 'xs', 'xf', 'xe', 'xg', 'xa', 'xi', 'xl', 'xk', 'stc', 'stacktrace', 'progress')
  local attempts = tonumber(fields[3] or 0)
  local note = string.format('{"attempt":%d,"outcome":"requeued","by":%s,"at":%s}', attempts, request.by_json, request.at_json)
  redis.call('HSET', key, 'xr', tonumber(fields[5] or 0) + 1, 'xb', attempts, 'xo', request.operation .. '|' .. group, 'xh', appended(fields[6], note))
  requeued[#requeued + 1] = id
  if request.locks == 'release' then redis.call('DEL', ix .. 'lock:' .. id) end
  return true
end

local function relabel(id, cell, to, score, stamp)
  takeOut(id, cell)
  entering[to][cell] = entering[to][cell] or {}
  local entries = entering[to][cell]
  entries[#entries + 1], entries[#entries + 2] = score, id
  redis.call('HSET', base .. id, 'xs', to .. string.match(stamp, ':.*$'))
  announce(base, 'changed', id, 'by', to)
end

function move.hold(id, cell, score, fields)
  relabel(id, cell, 'hold', score, fields[1])
  return true
end

function move.alarm(id, cell, score, fields)
  relabel(id, cell, 'alarm', score, fields[1])
  if not request.alert then return true end
  local _, _, kind, code = string.match(request.causes[cell], '^([^|]*)|([^|]*)|([^|]*)|(.*)$')
  alerts[#alerts + 1] = redis.call('XADD', sharedKey(ix, 'alerts'), '*', 'event', 'dlq_alarm', 'task_id', id, 'failure_code', code, 'task_type', kind, 'at', now)
  return true
end

function move.purge(id, cell, _, fields)
  if redis.call('ZREM', base .. 'failed', id) == 0 then return false end
  takeOut(id, cell)
  local envelope = envelopeOf(fields[4])
  if request.tombstone > 0 then
    local _, _, kind, code = string.match(request.causes[cell], '^([^|]*)|([^|]*)|([^|]*)|(.*)$')
    redis.call('SET', ix .. 'gone:' .. id, cjson.encode({ task_id = id, task_type = kind, failure_code = code, by = request.by, at = request.at }), 'EX', request.tombstone)
  end
  removeTask(base, ix, id, envelope)
  announce(base, 'changed', id, 'by', 'purge')
  return true
end

-- An entry without its failed job: somebody retried or removed it behind our back. It is no letter any more.
local function vanished(id, cell)
  counts.errors = counts.errors + 1
  if dry then return end
  takeOut(id, cell)
  redis.call('HDEL', base .. id, 'xs', 'xf', 'xe', 'xg')
end

local function act(id, cell, score, fields, action)
  if spent(action) then
    counts.cap = counts.cap + 1
    return
  end
  if action == 'requeue' and request.locks == 'respect' and redis.call('EXISTS', ix .. 'lock:' .. id) == 1 then
    counts.locked = counts.locked + 1
    return
  end
  -- A letter that cannot be read would jam the worker that takes it.
  if action == 'requeue' and not next((envelopeOf(fields[4]))) then
    counts.errors = counts.errors + 1
    return
  end
  if not dry and not move[action](id, cell, score, fields) then return vanished(id, cell) end
  counts[action] = counts[action] + 1
  used.moves = (used.moves or 0) + 1
  used[action] = (used[action] or 0) + 1
  if #ids < 20 then ids[#ids + 1] = id end
  moved[cell] = moved[cell] or {}
  moved[cell][action] = (moved[cell][action] or 0) + 1
end

-- A relabel does not read the task's body: half of what it would cost. A body that could not be read when the task failed
-- has a group of its own and never comes here; one that was damaged since is found when it is looked at or sent back.
local bodies = {}
for at, program in ipairs(request.programs) do
  bodies[at] = {}
  for _, rule in ipairs(program) do
    if rule['do'] == 'requeue' or rule['do'] == 'purge' then bodies[at] = { 'data', 'xr', 'xh' } end
  end
end

local looks, visits, moves, state = 0, 0, 0, 'more'
local position, remaining = batch.from, batch.skip
local following = walk(ix, label, request.causes, batch.from, batch.skip, request.to, math.ceil(batch.looks / math.max(1, #request.causes)) + 1)
while looks < batch.looks and visits < batch.visits and moves < batch.moves do
  if spent('moves') then
    state = 'done'
    break
  end
  local id, score, cell = following()
  if not id then
    state = 'done'
    break
  end
  looks = looks + 1
  if score ~= position then position, remaining = score, 0 end
  local before = used.moves or 0
  local program = request.program[cell]
  local fields = redis.call('HMGET', base .. id, 'xs', 'finishedOn', 'ats', unpack(bodies[program]))
  local park, sequence, own = readStamp(fields[1] or nil)
  if park ~= label or own ~= request.causes[cell] or tonumber(fields[2] or 0) ~= finishedAt(score) then
    visits = visits + 1
    vanished(id, cell)
    if dry then remaining = remaining + 1 end
  elseif sequence > request.sequence then
    remaining = remaining + 1
  else
    local action = verdict(request.programs[program], score, fields)
    if action == 'pass' then
      counts.pass = counts.pass + 1
      remaining = remaining + 1
    else
      visits = visits + 1
      if action == 'stay' then
        counts.stay = counts.stay + 1
      elseif action == 'refuse' then
        counts.policy = counts.policy + 1
      else
        act(id, cell, score, fields, action)
      end
      local acted = (used.moves or 0) > before
      if acted then moves = moves + 1 end
      if dry or not acted then remaining = remaining + 1 end
    end
  end
end

local function write(command, key, values)
  for from = 1, #values, 1000 do redis.call(command, key, unpack(values, from, math.min(#values, from + 999))) end
end
for cell, members in pairs(leaving) do
  local key = ix .. label .. ':c:' .. request.causes[cell]
  write('ZREM', key, members)
  if redis.call('EXISTS', key) == 0 then redis.call('SREM', ix .. label .. ':cells', request.causes[cell]) end
end
for to, cells in pairs(entering) do
  local names = {}
  for cell, entries in pairs(cells) do
    write('ZADD', ix .. to .. ':c:' .. request.causes[cell], entries)
    names[#names + 1] = request.causes[cell]
  end
  write('SADD', ix .. to .. ':cells', names)
end
write('SADD', operation .. ':pending', requeued)
if not dry and moves > 0 then
  for _, kind in ipairs(KINDS) do
    if used[kind] then redis.call('HSET', request.budget, kind, used[kind]) end
  end
  if request.budget_ms > 0 then redis.call('PEXPIRE', request.budget, request.budget_ms) end
end
if not dry then
  for name, value in pairs(counts) do
    if value > 0 then redis.call('HINCRBY', operation, name, value) end
  end
  if counts.requeue > 0 then
    redis.call('HINCRBY', operation, 'requeued', counts.requeue)
    redis.call('SADD', ix .. 'ops:awaiting', request.operation)
  end
  redis.call('HINCRBY', operation, 'done', visits)
  redis.call('HSET', operation, 'from', position, 'skip', remaining, 'updated', now)
end
local rows = {}
for cell, actions in pairs(moved) do
  for action, number in pairs(actions) do rows[#rows + 1] = { request.causes[cell], action, number } end
end
return { state, position, remaining, cjson.encode(counts), ids, alerts, rows }
