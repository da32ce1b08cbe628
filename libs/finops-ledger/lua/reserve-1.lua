--[[
  Holds the estimate of a call in all its scopes, for the day and the month it is now by the server's clock, or none of it.
  The same id again gets the first answer.
  KEYS 1 prefix
  ARGV 1 list in JSON: 1 id, 2 nano, 3 lifetime ms, 4 hard and 5 soft nano a day of everything, 6 the day it is, 7 its first
       instant, 8 its end, 9 that of its month, 10.. scopes, global first
  Returns {'held', reserved at ms, and where a soft cap was passed its scope, period, projected, cap}
        | {'refused', ms to wait, scope, period, projected, cap} | {'ended', state} | {'differs'}
        | {'due'}: it would be refused, but holds have expired: sweep and ask again | {'day', now}: it is another day
]]
--@include checks
--@include hold
--@include counters
--@include days
local prefix, asked, firstScope = KEYS[1], cjson.decode(ARGV[1]), 10
local id, nano, lifetime, dailyHard, dailySoft, day, dayStart, dayEnd, monthEnd = unpack(asked)
amount(nano)
local holdKey, state, heldNano, heldAt, _, _, scope, period, projected, cap = readHold(prefix, id)
if state == 'h' then
  if heldNano ~= nano then return { 'differs' } end
  if scope == '' then return { 'held', heldAt } end
  return { 'held', heldAt, scope, period, projected, cap }
end
if state then return { 'ended', state } end

local instant = now()
if instant < dayStart or instant >= dayEnd then return { 'day', instant } end
-- Most have no caps but the one of everything.
local capsKey, caps = prefix .. 'budget:caps', {}
if redis.call('EXISTS', capsKey) == 1 then caps = read('HMGET', capsKey, unpack(asked, firstScope)) end
local sums = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
local budget, updates, isNew = posting(prefix, day, asked, firstScope, 0, nano, made, sums)
local passed, exceeded, over = nil, nil, 0

-- The place of a budget in sums: of each scope the day, then the month.
local function judge(place, hard, soft)
  local sum = sums[place]
  if not hard or (sum <= soft and sum <= hard) then return end
  local isDay = place % 2 == 1
  local judged = {
    asked[firstScope + math.floor((place - 1) / 2)], isDay and 'day' or 'month', string.format('%d', sum), string.format('%d', hard),
  }
  passed = passed or judged
  if sum <= hard then return end
  exceeded = exceeded or judged
  over = math.max(over, isDay and dayEnd or monthEnd)
end

judge(1, dailyHard, dailySoft)
for i = 1, #caps do
  if caps[i] then
    local dayHard, daySoft, monthHard, monthSoft = string.match(caps[i], '^(%S+) (%S+) %S+ (%S+) (%S+) %S+$')
    if not dayHard then fail('CORRUPT', capsKey, asked[firstScope - 1 + i]) end
    judge(2 * i - 1, tonumber(dayHard), tonumber(daySoft))
    judge(2 * i, tonumber(monthHard), tonumber(monthSoft))
  end
end

if exceeded and #read('ZRANGEBYSCORE', prefix .. 'spend:holds', '-inf', instant, 'LIMIT', 0, 1) > 0 then
  return { 'due' }
end
if exceeded then
  local key, counted, isFirst = posting(prefix, day, {}, 1, 0, 0, refused)
  post(key, counted, isFirst)
  return { 'refused', over - instant, unpack(exceeded) }
end
if passed then scope, period, projected, cap = unpack(passed) else scope, period, projected, cap = '', '', '0', '0' end
local hold = cmsgpack.pack('h', nano, instant, day, cmsgpack.pack(unpack(asked, firstScope)), scope, period, projected, cap)
redis.call('ZADD', prefix .. 'spend:holds', string.format('%d', instant + lifetime), id)
post(budget, updates, isNew)
redis.call('SET', holdKey, hold)
if not passed then return { 'held', instant } end
return { 'held', instant, scope, period, projected, cap }
