/** Whether images can be pulled from here. Any HTTP answer counts, even one that asks for a login. */
export async function registryAnswers(timeoutMs = 5000): Promise<boolean> {
  try {
    const response = await fetch("https://registry-1.docker.io/v2/", { signal: AbortSignal.timeout(timeoutMs) });
    return response.status === 200 || response.status === 401;
  } catch {
    return false;
  }
}
