--[[
  Holds the estimate of a call in all its scopes, for the day and the month it is now by the server's clock, or none of it.
  The same id again gets the first answer.
  KEYS 1 prefix, 2 pass; where none is asked for, the prefix again
  ARGV 1 id, 2 nano, 3 lifetime ms, 4 hard and 5 soft nano a day of everything, 6 the day it is, 7 its first instant, 8 its
       end, 9 that of its month, 10.. scopes, global first
  Returns {'held', reserved at ms, and where a soft cap was passed its scope, period, projected, cap}
        | {'refused', ms to wait, scope, period, projected, cap} | {'ended', state} | {'differs'}
        | {'due'}: it would be refused, but holds have expired: sweep and ask again | {'day', now}: it is another day
        | nil: there was no pass
]]
--@include checks
--@include hold
--@include counters
--@include days
local prefix, id, nano, firstName = KEYS[1], ARGV[1], amount(ARGV[2]), 10
local state, hold, holdKey = readHold(prefix, id)
if state == 'h' then
  if hold[2] ~= nano then return { 'differs' } end
  if hold[5] == '' then return { 'held', hold[3] } end
  return { 'held', hold[3], hold[5], hold[6], hold[7], hold[8] }
end
if state then return { 'ended', state } end
local hasPass = KEYS[2] ~= prefix
if hasPass and redis.call('EXISTS', KEYS[2]) == 0 then return nil end

local instant, day, dayEnd = now(), ARGV[6], tonumber(ARGV[8])
if instant < tonumber(ARGV[7]) or instant >= dayEnd then return { 'day', instant } end
local caps = read('HMGET', prefix .. 'budget:caps', unpack(ARGV, firstName))
local budget, updates, sums, isNew = posting(prefix, day, ARGV, firstName, 0, nano, made)
local passed, exceeded, over = nil, nil, 0

-- The place of a budget in sums: of each scope the day, then the month.
local function judge(place, hard, soft)
  local projected = sums[place]
  if not hard or (projected <= soft and projected <= hard) then return end
  local isDay = place % 2 == 1
  local scope = ARGV[firstName + math.floor((place - 1) / 2)]
  local judged = { scope, isDay and 'day' or 'month', string.format('%d', projected), string.format('%d', hard) }
  passed = passed or judged
  if projected <= hard then return end
  exceeded = exceeded or judged
  over = math.max(over, isDay and dayEnd or tonumber(ARGV[9]))
end

judge(1, tonumber(ARGV[4]), tonumber(ARGV[5]))
for i, cap in ipairs(caps) do
  if cap then
    local dayHard, daySoft, monthHard, monthSoft = string.match(cap, '^(%S+) (%S+) %S+ (%S+) (%S+) %S+$')
    if not dayHard then fail('CORRUPT', prefix .. 'budget:caps', ARGV[firstName - 1 + i]) end
    judge(2 * i - 1, tonumber(dayHard), tonumber(daySoft))
    judge(2 * i, tonumber(monthHard), tonumber(monthSoft))
  end
end

if exceeded and #read('ZRANGEBYSCORE', prefix .. 'spend:holds', '-inf', instant, 'LIMIT', 0, 1) > 0 then
  return { 'due' }
end
if hasPass then redis.call('DEL', KEYS[2]) end
if exceeded then
  local key, counted, _, isFirst = posting(prefix, day, {}, 1, 0, 0, refused)
  post(key, counted, isFirst)
  return { 'refused', over - instant, unpack(exceeded) }
end
passed = passed or { '', '', '0', '0' }
redis.call('ZADD', prefix .. 'spend:holds', string.format('%d', instant + tonumber(ARGV[3])), id)
post(budget, updates, isNew)
hold = { 'h', nano, instant, day, passed[1], passed[2], passed[3], passed[4], unpack(ARGV, firstName) }
redis.call('SET', holdKey, cmsgpack.pack(hold))
if passed[1] == '' then return { 'held', instant } end
return { 'held', instant, unpack(passed) }
