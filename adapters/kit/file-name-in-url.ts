/** The last part of an address as a file's name; empty where there is none. A name whose escapes are broken stays as it is written. */
export function fileNameInUrl(url: string): string {
  const name = new URL(url).pathname.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
