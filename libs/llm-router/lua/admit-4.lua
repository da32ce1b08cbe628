--[[
  Lets a call through to the first provider that may be called, or says why not: answer of an equal call, its claim,
  rate limits, circuits. Writes only when it lets through: claim, tokens of both buckets, lease of a probe, and what its
  rider does. But a token that was not used comes back in any case.
  A bucket is one number: the second at which it is full again, at most a minute ahead.
  The rider is somebody else's script that is put in front of this one, or nil. Its error costs its reply, nothing else.
  KEYS 1 circuit prefix, 2 buckets, 3 answer, 4 claim, 5.. the rider's
  ARGV 1 token of the claim or '' (no dedupe), 2 list in JSON: 1 claim lease ms, 2 failures that open, 3 probe lease s,
       4 window s, 5 requests a minute of all (0 = the call has that token), 6 provider whose token comes back or '', 7 its
       requests a minute, 8.. pairs of provider and its requests a minute; 3 the rider's only one, or none: it does not ride
  Returns {'hit', answer} | {'wait', ms left of the other's claim} | {'limited' or 'shut', ms to wait, state...}
        | {'granted', which provider, 1 for a probe, generation, the rider's reply or nil, state...}
  A state is two members, name and milliseconds; they are in the order of the providers. Each list within a list costs.
]]
--@include circuit
local token = ARGV[1]
if token ~= '' then
  local held = redis.call('MGET', KEYS[3], KEYS[4])
  if held[1] then return { 'hit', held[1] } end
  if held[2] and held[2] ~= token then return { 'wait', redis.call('PTTL', KEYS[4]) } end
end

local now, asked, firstName = clock(), cjson.decode(ARGV[2]), 8
local claimLease, threshold, probeLease, window, rpmGlobal, unused, unusedRpm = unpack(asked)
if unused ~= '' then
  local value = tonumber(redis.call('HGET', KEYS[2], unused) or 0) or 0
  redis.call('HSET', KEYS[2], unused, string.format('%.6f', math.min(value, now + 60) - 60 / unusedRpm))
end
local names = { 'global' }
for i = firstName, #asked, 2 do names[#names + 1] = asked[i] end
local full = redis.call('HMGET', KEYS[2], unpack(names))

-- When the bucket would be full after taking a token, or nil and the seconds until it has one. A clock that was set back
-- must not leave it empty for long; a hundredth of a token is the rounding of many small steps.
local function take(value, rpm)
  local after = math.min(math.max(tonumber(value or 0) or 0, now), now + 60) + 60 / rpm
  local wait = after - now - 60
  if wait <= 0.6 / rpm then return after, 0 end
  return nil, wait
end

local globalFull, globalWait = 0, 0
if rpmGlobal > 0 then globalFull, globalWait = take(full[1], rpmGlobal) end

local states, chosen, shortest, limited = {}, nil, nil, not globalFull
for i = 2, #names do
  local circuit = readCircuit(KEYS[1] .. names[i])
  local state, seconds = standing(circuit, now, threshold)
  if state == 'usable' or state == 'probe' then
    local after, wait = take(full[i], asked[firstName + 2 * i - 3])
    if not after then
      state, seconds, limited = 'limited', wait, true
    elseif not chosen then
      chosen = { index = i - 1, key = KEYS[1] .. names[i], circuit = circuit, state = state, full = after }
    end
  end
  if not shortest or seconds < shortest then shortest = seconds end
  states[#states + 1] = state
  states[#states + 1] = math.ceil(seconds * 1000)
end

if not globalFull then return { 'limited', math.ceil(globalWait * 1000), unpack(states) } end
if not chosen then return { limited and 'limited' or 'shut', math.ceil(shortest * 1000), unpack(states) } end

local taken = { names[chosen.index + 1], string.format('%.6f', chosen.full) }
if rpmGlobal > 0 then
  taken[3] = 'global'
  taken[4] = string.format('%.6f', globalFull)
end
redis.call('HSET', KEYS[2], unpack(taken))
if token ~= '' then redis.call('SET', KEYS[4], token, 'PX', claimLease) end
local circuit = chosen.circuit
if chosen.state == 'probe' then
  circuit.generation = circuit.generation + 1
  circuit.probe_until = now + probeLease
  writeCircuit(chosen.key, circuit, now, window)
end
local ok, rode = true, false
if ARGV[3] then ok, rode = pcall(rider, { unpack(KEYS, 5) }, { ARGV[3] }, time) end
return { 'granted', chosen.index, chosen.state == 'probe' and 1 or 0, circuit.generation, ok and rode, unpack(states) }
