import type { Price, PriceOf } from '../../money/price.ts';
import { nanoToUsd } from '../../money/usd-text.ts';
import { addDays, type Calendar, lastDayOf, monthOf } from '../../spend/calendar.ts';
import type { DayCell } from '../../spend/spend-cell.ts';
import type { FocusRow } from './focus-columns.ts';
import { inertText, spreadsheetText } from './inert-text.ts';

/** What FOCUS rows need besides cells. `account` is the billing account they belong to. */
export type FocusContext = { calendar: Calendar; priceOf: PriceOf; account: string };

const METERS = [
  { name: 'Input Tokens', id: 'input', price: 'input', tokens: (cell: DayCell) => cell.input },
  { name: 'Cached Input Tokens', id: 'cache-read', price: 'cache_read', tokens: (cell: DayCell) => cell.cache_read },
  { name: 'Cache Write Tokens', id: 'cache-write', price: 'cache_write', tokens: (cell: DayCell) => cell.cache_write },
  { name: 'Output Tokens', id: 'output', price: 'output', tokens: (cell: DayCell) => cell.output + cell.reasoning },
] as const satisfies { name: string; id: string; price: keyof Price; tokens: (cell: DayCell) => number }[];

const PICO_PER_NANO = 1000n;

/**
 * The charges of a cell: for each meter with tokens one row whose quantity times unit price is its cost exactly (in
 * pico-USD), and where those do not add up to what was billed (rounding of each call to the nano-USD, long-context prices, a
 * price that changed, a file that does not tell cached tokens) one adjustment with the difference. The sum is the cell's
 * cost exactly.
 */
export function focusRows(cell: DayCell, context: FocusContext): FocusRow[] {
  const price = context.priceOf(cell.provider, cell.model, context.calendar.startOf(cell.day));
  const common = commonColumns(cell, context);
  let unexplained = cell.cost_nano * PICO_PER_NANO;
  const rows: FocusRow[] = [];
  for (const meter of METERS) {
    const quantity = BigInt(meter.tokens(cell));
    if (quantity === 0n) continue;
    const cost = quantity * price[meter.price];
    unexplained -= cost;
    rows.push({ ...common, ...usageColumns(cell, { ...meter, quantity, cost, price }) });
  }
  const wholeCell = {
    x_Calls: String(cell.calls),
    x_ApproxCalls: String(cell.approx_calls),
    x_CostWithoutCache: nanoToUsd(cell.list_nano),
    x_WastedCost: nanoToUsd(cell.wasted_nano),
  };
  if (unexplained !== 0n) rows.push({ ...common, ...adjustmentColumns(unexplained) });
  // What is counted for the whole cell stands in its first row only, so that the columns can be summed.
  const [first] = rows;
  if (first !== undefined) rows[0] = { ...first, ...wholeCell };
  return rows;
}

type Usage = { name: string; id: string; price: Price; quantity: bigint; cost: bigint };

function usageColumns(cell: DayCell, { name, id, quantity, cost, price }: Usage): FocusRow {
  const unitPrice = picoToUsd(quantity === 0n ? 0n : cost / quantity);
  const sku = `${cell.provider}/${cell.model}/${id}`;
  return {
    ...costColumns(cost),
    ChargeCategory: 'Usage',
    ChargeDescription: `${name} of ${inertText(cell.model)}`,
    ChargeFrequency: 'Usage-Based',
    ConsumedQuantity: quantity.toString(),
    ConsumedUnit: 'Tokens',
    ContractedUnitPrice: unitPrice,
    ListUnitPrice: unitPrice,
    PricingCategory: 'Standard',
    PricingQuantity: quantity.toString(),
    PricingUnit: 'Tokens',
    SkuId: spreadsheetText(sku),
    SkuMeter: name,
    SkuPriceId: spreadsheetText(`${sku}@${price.version ?? price.source}`),
    x_PriceSource: price.source,
  };
}

function adjustmentColumns(pico: bigint): FocusRow {
  return {
    ...costColumns(pico),
    ChargeCategory: 'Adjustment',
    ChargeDescription: 'Difference between unit prices and what was billed: rounding, long context, changed price',
    ChargeFrequency: 'Usage-Based',
  };
}

function costColumns(pico: bigint): FocusRow {
  const cost = picoToUsd(pico);
  return { BilledCost: cost, ContractedCost: cost, EffectiveCost: cost, ListCost: cost };
}

function commonColumns(cell: DayCell, { calendar, account }: FocusContext): FocusRow {
  const month = monthOf(cell.day);
  const instant = (day: string): string => new Date(calendar.startOf(day)).toISOString().replace('.000Z', 'Z');
  const provider = spreadsheetText(cell.provider);
  return {
    BillingAccountId: spreadsheetText(account),
    BillingAccountName: spreadsheetText(account),
    BillingAccountType: 'Nexus',
    BillingCurrency: 'USD',
    BillingPeriodStart: instant(`${month}-01`),
    BillingPeriodEnd: instant(addDays(lastDayOf(month), 1)),
    ChargePeriodStart: instant(cell.day),
    ChargePeriodEnd: instant(addDays(cell.day, 1)),
    InvoiceIssuerName: provider,
    PricingCurrency: 'USD',
    ProviderName: provider,
    PublisherName: provider,
    ResourceId: spreadsheetText(cell.model),
    ResourceName: spreadsheetText(cell.model),
    ResourceType: 'Model',
    ServiceCategory: 'AI and Machine Learning',
    ServiceName: 'Language models',
    ServiceSubcategory: 'Generative AI',
    SubAccountId: spreadsheetText(cell.team),
    SubAccountName: spreadsheetText(cell.team),
    SubAccountType: 'Team',
    Tags: JSON.stringify({ project: cell.project, purpose: cell.purpose, team: cell.team }),
  };
}

/** Pico-USD as a decimal text of USD. */
function picoToUsd(pico: bigint): string {
  if (pico < 0n) return `-${picoToUsd(-pico)}`;
  const digits = pico.toString().padStart(13, '0');
  const fraction = digits.slice(-12).replace(/0+$/, '');
  return fraction === '' ? digits.slice(0, -12) : `${digits.slice(0, -12)}.${fraction}`;
}
