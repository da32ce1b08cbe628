--[[
  Holds the estimate of a call in all its scopes, for the day and the month it is now by the server's clock, or none of it.
  Where it would be refused, holds that have expired are given back first. The same id again gets the first answer.
  KEYS 1 prefix, 2 pass; where none is asked for, the prefix again
  ARGV 1 id, 2 nano, 3 lifetime ms, 4 hard and 5 soft nano a day of everything, 6..17 three days around now (name, first
       instant, end, end of its month), 18.. scopes, global first
  Returns {'held', reserved at ms, scope, period, projected, cap}: scope is '' unless a soft cap was passed
        | {'refused', ms to wait, scope, period, projected, cap} | {'ended', state} | {'differs'}
        | {'again'}: more holds are due than were given back | nil: there was no pass
]]
--@include checks
--@include hold
--@include counters
--@include days
--@include sweep
local prefix, id, nano, sweepLimit, firstDay, firstName = KEYS[1], ARGV[1], amount(ARGV[2]), 100, 6, 18
local state, hold, holdKey = readHold(prefix, id)
if state == 'h' then
  if hold[2] ~= nano then return { 'differs' } end
  return { 'held', hold[3], hold[5], hold[6], hold[7], hold[8] }
end
if state then return { 'ended', state } end
local hasPass = KEYS[2] ~= prefix
if hasPass and redis.call('EXISTS', KEYS[2]) == 0 then return nil end

local instant = now()
local day, dayEnd, monthEnd = dayOf(firstDay, instant)
local caps = read('HMGET', prefix .. 'budget:caps', unpack(ARGV, firstName))
local passed, exceeded, over

-- Hard or soft, 0-based in the order of names and day before month.
local function judge(place, hard, soft, projected)
  if not hard or (projected <= soft and projected <= hard) then return end
  local isDay = place % 2 == 1
  local budget = { ARGV[firstName + math.floor((place - 1) / 2)], isDay and 'day' or 'month', projected, hard }
  passed = passed or budget
  if projected <= hard then return end
  exceeded = exceeded or budget
  over = math.max(over, isDay and dayEnd or monthEnd)
end

local function look()
  passed, exceeded, over = nil, nil, 0
  local budget, updates, sums, isNew = posting(prefix, day, ARGV, firstName, 0, nano, made)
  judge(1, tonumber(ARGV[4]), tonumber(ARGV[5]), sums[1])
  for i, cap in ipairs(caps) do
    if cap then
      local dayHard, daySoft, monthHard, monthSoft = string.match(cap, '^(%S+) (%S+) %S+ (%S+) (%S+) %S+$')
      if not dayHard then fail('CORRUPT', prefix .. 'budget:caps', ARGV[firstName - 1 + i]) end
      judge(2 * i - 1, tonumber(dayHard), tonumber(daySoft), sums[2 * i - 1])
      judge(2 * i, tonumber(monthHard), tonumber(monthSoft), sums[2 * i])
    end
  end
  return budget, updates, isNew
end

local budget, updates, isNew = look()
if exceeded and sweepDue(prefix, instant, sweepLimit) > 0 then
  budget, updates, isNew = look()
  if exceeded and isDue(prefix, instant) then return { 'again' } end
end

if hasPass then redis.call('DEL', KEYS[2]) end
if exceeded then
  local key, counted, _, isFirst = posting(prefix, day, {}, 1, 0, 0, refused)
  post(key, counted, isFirst)
  local projected, cap = string.format('%d', exceeded[3]), string.format('%d', exceeded[4])
  return { 'refused', over - instant, exceeded[1], exceeded[2], projected, cap }
end
passed = passed or { '', '', 0, 0 }
local projected, cap = string.format('%d', passed[3]), string.format('%d', passed[4])
redis.call('ZADD', prefix .. 'spend:holds', string.format('%d', instant + tonumber(ARGV[3])), id)
post(budget, updates, isNew)
hold = { 'h', nano, instant, day, passed[1], passed[2], projected, cap, unpack(ARGV, firstName) }
redis.call('SET', holdKey, cmsgpack.pack(hold))
return { 'held', instant, passed[1], passed[2], projected, cap }
