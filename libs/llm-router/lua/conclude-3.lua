--[[
  Reports what became of attempts and ends the claim on equal calls, with the answer or without.
  A report of an earlier generation changes no circuit; the wait a provider asked for holds whoever heard it, and is
  only ever extended. A success while the circuit is closed forgives nothing: the window is one of time.
  The rider is somebody else's script that is put in front of this one, or nil. Its error costs its reply, nothing else.
  KEYS 1 circuit prefix, 2 answer, 3 claim, 4.. the rider's
  ARGV 1 token of the claim or '', 2 answer or '', 3 its seconds, 4 list in JSON: 1 window s, 2 failures that open,
       3 cooldown s, 4 seconds without money, 5.. provider, generation, 1 for a probe, result, seconds to wait; or '' where
       there is nothing to report; 5 the rider's only one, or none: it does not ride
       result: ok | alive (failed, but the provider works) | failed | no_money | unknown
  Returns {1 when the answer was stored, the rider's reply or nil, {provider, opened or closed or parked, fail_count,
  open_until}...}
]]
--@include circuit
local isStored, changes = 0, {}

local function report(reports)
  local window, threshold, cooldown, park = unpack(reports, 1, 4)
  local now = clock()

  local function trip(circuit)
    circuit.fail_count = math.max(circuit.fail_count, threshold)
    circuit.open_until = math.max(circuit.open_until, now + cooldown)
    circuit.opened_ts = now
    circuit.probe_until = 0
    circuit.generation = circuit.generation + 1
    return 'opened'
  end

  local function close(circuit)
    circuit.fail_count, circuit.first_fail_ts, circuit.probe_until, circuit.parked_until = 0, 0, 0, 0
    if circuit.open_until <= now then circuit.open_until, circuit.opened_ts = 0, 0 end
    circuit.generation = circuit.generation + 1
    return 'closed'
  end

  local function count(circuit)
    if circuit.fail_count == 0 or now - circuit.first_fail_ts >= window then
      circuit.fail_count, circuit.first_fail_ts = 0, now
    end
    circuit.fail_count = circuit.fail_count + 1
    if circuit.fail_count >= threshold then return trip(circuit) end
  end

  local function apply(circuit, probe, result)
    if result == 'no_money' then
      circuit.parked_until, circuit.probe_until, circuit.generation = now + park, 0, circuit.generation + 1
      return 'parked'
    end
    if not probe then return result == 'failed' and count(circuit) or nil end
    if result == 'unknown' then
      circuit.probe_until = 0
      return nil
    end
    if result ~= 'failed' then return close(circuit) end
    circuit.fail_count = circuit.fail_count + 1
    return trip(circuit)
  end

  for i = 5, #reports, 5 do
    local provider, generation, probe, result, wait = unpack(reports, i, i + 4)
    local key = KEYS[1] .. provider
    local circuit, change = readCircuit(key), nil
    if wait > 0 and now + wait > circuit.open_until then
      circuit.open_until, circuit.opened_ts = now + wait, now
    end
    if generation == circuit.generation then change = apply(circuit, probe == 1, result) end
    writeCircuit(key, circuit, now, window)
    if change then
      changes[#changes + 1] = { provider, change, circuit.fail_count, string.format('%.3f', circuit.open_until) }
    end
  end
end

if ARGV[4] ~= '' then report(cjson.decode(ARGV[4])) end
if ARGV[1] ~= '' then
  if ARGV[2] ~= '' then
    redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
    isStored = 1
  end
  if redis.call('GET', KEYS[3]) == ARGV[1] then redis.call('DEL', KEYS[3]) end
end
local ok, rode = true, false
if ARGV[5] then ok, rode = pcall(rider, { unpack(KEYS, 4) }, { ARGV[5] }, time) end
return { isStored, ok and rode, unpack(changes) }
