--[[
  Takes over circuits that were kept elsewhere while Redis was away: extends, never shortens; repeatable.
  Times come as seconds from now, because the other clock may differ.
  KEYS 1 circuit prefix
  ARGV 1 window s, 2.. provider, fail_count, seconds since the first failure, seconds left open, seconds left parked
  Returns how many circuits changed
]]
--@include circuit
local now, window, changed = clock(), tonumber(ARGV[1]), 0
for i = 2, #ARGV, 5 do
  local key = KEYS[1] .. ARGV[i]
  local count, age = tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  local open, parked = tonumber(ARGV[i + 3]), tonumber(ARGV[i + 4])
  local circuit = readCircuit(key)
  local more = false
  -- A second of tolerance, so that merging the same state again changes nothing.
  if open > 0 and now + open > circuit.open_until + 1 then
    circuit.open_until, circuit.opened_ts, more = now + open, now, true
  end
  if parked > 0 and now + parked > circuit.parked_until + 1 then
    circuit.parked_until, more = now + parked, true
  end
  if count > circuit.fail_count then
    circuit.fail_count, circuit.first_fail_ts, more = count, now - age, true
  end
  if more then
    circuit.generation, circuit.probe_until = circuit.generation + 1, 0
    writeCircuit(key, circuit, now, window)
    changed = changed + 1
  end
end
return changed
