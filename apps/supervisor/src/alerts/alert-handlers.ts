import type { Routes } from '@nexus/contracts';
import type { Handlers } from '@nexus/runtime/http';
import type { Alerts } from './alerts.ts';

/** POST /alerts/test: always 200; `ok` says whether the test alert arrived. */
export function createAlertHandlers({
  alerts,
}: {
  alerts: Pick<Alerts, 'sendTest'>;
}): Handlers<Pick<Routes, 'testAlert'>> {
  return {
    async testAlert() {
      return { status: 200, body: await alerts.sendTest() };
    },
  };
}
