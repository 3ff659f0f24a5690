"""Why a camera by GB/T 28181 shows no picture: what was seen of it, judged step by step, and said in words."""
