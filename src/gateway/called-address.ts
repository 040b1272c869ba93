/** The address of a request as its caller knows and signs it: behind a proxy our own host is another one. */
export function calledAddress(url: string, publicUrl: string): URL {
  const local = new URL(url)
  return new URL(publicUrl + local.pathname + local.search)
}
