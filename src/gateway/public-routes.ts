/** What may be called without an API key, and why. Every other route is a call of the API and asks for one. */
export const publicRoutes: readonly { path: RegExp; because: string }[] = [
  { path: /^\/$/, because: 'It says where to go on.' },
  { path: /^\/hooks\//, because: 'The address is unguessable, and the adapter checks the signature of its vendor.' },
  { path: /^\/postbacks\//, because: 'The token in the address is the key.' },
  { path: /^\/channels\//, because: 'Pages of channels, such as the web chat, are for customers.' },
  {
    path: /^\/(healthz|readyz|metrics)$/,
    because: 'Supervisors and Prometheus call them; they show no data of a project.',
  },
  { path: /^\/api\/v1\/openapi\.json$/, because: 'The description of the API holds no data.' },
  {
    path: /^\/integrations\/callback$/,
    because: 'The owner of an account comes back here from its vendor; the word that we gave them is the key.',
  },
  { path: /^\/files\//, because: 'The sealed address is the key, and its time ends.' },
  { path: /^\/sign-in\//, because: 'The same.' },
  { path: /^\/demo\//, because: 'The small service that the demo flow asks for cars.' },
]

/** Whether a route of the server may be called without an API key. */
export function isPublic(path: string): boolean {
  return publicRoutes.some((route) => route.path.test(path))
}
