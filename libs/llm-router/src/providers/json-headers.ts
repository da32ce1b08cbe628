/** Headers of every call. Without a user agent some providers' front doors answer 403. */
export const jsonHeaders = { 'content-type': 'application/json', 'user-agent': 'nexus' } as const;
