/** What `parley help` prints. */
export const usage = `Parley: a self-hosted chat bot and integration gateway.

  parley [start]       Start the program. Its settings are environment variables: docs/settings.md.
  parley apply FILE    Bring a project of a running server to what FILE (YAML or JSON) says.
                       \${NAME} in it is filled in from the environment.
  parley export        Print the project as such a file, without secrets. --json prints JSON.
  parley sip-bridge    Run the bridge between voice channels and SIP. --help tells its settings.
  parley help          Print this.
  parley --version     Print the version.

apply and export take --url and --key, or PARLEY_URL (http://localhost:8080 when absent) and PARLEY_API_KEY.`
