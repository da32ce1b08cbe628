export { describeLedger, type LedgerUnderTest, type OpenLedger } from './ledger-conformance.ts';
