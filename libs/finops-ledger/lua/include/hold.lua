-- A hold is a list: state (h held, x expired), nano, reserved at ms, day, scope and period whose soft cap it passed (''
-- when none), what was projected, that cap, and the scopes it holds money of. Where it has ended only one letter is left:
-- s settled, v voided, l settled late.
local firstScope = 9

local function readHold(prefix, id)
  local key = prefix .. 'spend:hold:' .. id
  local value = read('GET', key)
  if not value then return nil, nil, key end
  if value == 's' or value == 'v' or value == 'l' then return value, nil, key end
  local ok, hold = pcall(cmsgpack.unpack, value)
  if not ok or type(hold) ~= 'table' or (hold[1] ~= 'h' and hold[1] ~= 'x') or #hold < firstScope then
    fail('CORRUPT', key)
  end
  if type(hold[2]) ~= 'number' or type(hold[3]) ~= 'number' or not string.match(tostring(hold[4]), '^%d+%-%d%d%-%d%d$') then
    fail('CORRUPT', key)
  end
  return hold[1], hold, key
end
