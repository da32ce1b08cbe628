export { createLedgerIn } from '../ledger/create-ledger.ts';
export { shiftedCalendar, type ShiftedCalendar } from './shifted-calendar.ts';
