-- A hold is nine values, packed one after the other: state (h held, x expired), nano, reserved at ms, day, the scopes it
-- holds money of (packed the same way), and scope and period whose soft cap it passed ('' when none), what was projected,
-- that cap. Where it has ended only one letter is left: s settled, v voided, l settled late.
local function readHold(prefix, id)
  local key = prefix .. 'spend:hold:' .. id
  local value = read('GET', key)
  if not value then return key end
  if #value == 1 and (value == 's' or value == 'v' or value == 'l') then return key, value end
  local ok, state, nano, reservedAt, day, scopes, scope, period, projected, cap = pcall(cmsgpack.unpack, value)
  local isHold = ok and (state == 'h' or state == 'x') and cap
  if not isHold or type(nano) ~= 'number' or type(reservedAt) ~= 'number' or #tostring(day) ~= 10 then fail('CORRUPT', key) end
  return key, state, nano, reservedAt, day, scopes, scope, period, projected, cap
end
